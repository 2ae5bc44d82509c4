//! What the product says in a call, in English. The build script has it spoken.

/// Gives a macro every fixed prompt: what the conversation calls it, its name, which is its file's name, too, and its words.
///
/// For somebody in a hurry, who did not expect a call: who, what for, what to press. Numbers are words, because that is
/// how they are read.
macro_rules! for_each_prompt {
    ($take:ident) => {
        $take! {
            Greeting = "greeting": "Hello. This is a call from your sign-in service.",
            PressHash = "press-hash":
                "If you asked for this call, press the hash key. If you did not, press zero, and then hash.",
            TypeCode = "type-code":
                "Type the six digits that your screen shows, and then press hash. \
If you did not ask for this call, press zero, and then hash.",
            WrongCode = "wrong-code": "That is not the code on your screen.",
            NoMoreTries = "no-more-tries":
                "That is not the code on your screen. Go back to your screen to try again. Goodbye.",
            ThankYou = "thank-you": "Thank you. You can go back to your screen. Goodbye.",
            Reported = "reported":
                "Thank you for telling us. Nobody has been signed in by this call. Goodbye.",
            Goodbye = "goodbye": "We did not hear a key. Goodbye.",
            CannotConfirm = "cannot-confirm":
                "We cannot be sure that a person has answered, so nothing was confirmed. Goodbye.",
        }
    };
}
