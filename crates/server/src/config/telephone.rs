//! `[telephone]`, `[sms]`, `[voice_call]` and `[restricted]`: text messages and calls as factors.

use std::time::Duration;

use wardkey_domain::access::RestrictedRules;
use wardkey_domain::directory::Role;
use wardkey_domain::factor::sms::SmsRules;
use wardkey_domain::factor::telephone::TelephoneRules;
use wardkey_domain::factor::voice_call::{CallRules, Confirm, VoiceCallRules};
use wardkey_domain::factor::{FactorKind, definition};

use super::reader::{Reader, Section};

/// What the sections say.
#[derive(Clone, Debug)]
pub struct Telephone {
    /// Which numbers are allowed.
    pub rules: TelephoneRules,
    /// How many of each kind one account may have.
    pub max_per_account: usize,
    /// Codes in text messages.
    pub sms: SmsRules,
    /// Calls.
    pub voice_call: VoiceCallRules,
    /// How long a telephone may ring.
    pub ring_for: Duration,
    /// Who may use them.
    pub restricted: RestrictedRules,
}

pub fn read(reader: &mut Reader) -> Telephone {
    let mut section = reader.section(
        "telephone",
        "Telephone numbers for text messages and calls: mobiles and landlines of the United Kingdom, and nothing that costs \
         extra, forwards or belongs to a company.",
    );
    let default = TelephoneRules::default();
    let rules = TelephoneRules {
        crown_dependencies: section.value(
            "crown_dependencies",
            "Whether numbers of Jersey, Guernsey and the Isle of Man are allowed, too. A number that is not allowed any more \
             cannot be used to sign in; who has nothing else is refused until an administrator makes them enrol again.",
            default.crown_dependencies,
        ),
        drama: section.value(
            "drama",
            "Whether numbers are allowed that Ofcom sets aside for drama, such as 07700 900123. They belong to nobody; \
             providers take some of them for tests. Not for a server with real people.",
            default.drama,
        ),
    };
    let max_per_account = section.bounded(
        "max_per_account",
        "How many numbers one account may have for text messages, and as many for calls.",
        2,
        1..=5,
    );
    drop(section);
    let sms = sms(reader);
    let (voice_call, ring_for) = voice_call(reader);
    Telephone { rules, max_per_account, sms, voice_call, ring_for, restricted: restricted(reader) }
}

fn sms(reader: &mut Reader) -> SmsRules {
    let mut section = reader.section("sms", "Codes in text messages.");
    SmsRules {
        lifetime: section.bounded(
            "lifetime",
            "How long a code is good. NIST SP 800-63B allows ten minutes.",
            SmsRules::default().lifetime,
            Duration::from_secs(60)..=Duration::from_secs(600),
        ),
    }
}

fn voice_call(reader: &mut Reader) -> (VoiceCallRules, Duration) {
    let mut section = reader.section("voice_call", "Calls that confirm a sign-in.");
    let default = VoiceCallRules::default();
    let confirm = section.choice(
        "confirm",
        "How a call is confirmed. By `hash` the person presses the hash key: easy, but nothing passes from the screen to the \
         telephone, so somebody who presses it by habit lets an attacker in; NIST SP 800-63B-4 does not accept that. By `code` \
         the person types the six digits that the screen shows.",
        "hash",
        &["hash", "code"],
    );
    let confirm = if confirm == "code" { Confirm::Code } else { Confirm::Hash };
    let lifetime = section.bounded(
        "lifetime",
        "For how long after it was asked for a call may confirm a sign-in.",
        default.lifetime,
        Duration::from_secs(60)..=Duration::from_secs(600),
    );
    let ring_for = section.bounded(
        "ring_for",
        "How long a telephone may ring.",
        Duration::from_secs(45),
        Duration::from_secs(10)..=Duration::from_secs(120),
    );
    let talk = default.conversation;
    let conversation = CallRules {
        listen_for: section.bounded(
            "listen_for",
            "How long the line is listened to after the voice has said what to press, and after each key.",
            talk.listen_for,
            Duration::from_secs(3)..=Duration::from_secs(30),
        ),
        tellings: section.bounded("tellings", "How often the voice says what to press.", talk.tellings, 1..=5),
        code_tries: section.bounded("code_tries", "How many codes may be typed in one call.", talk.code_tries, 1..=5),
    };
    (VoiceCallRules { confirm, lifetime, conversation }, ring_for)
}

fn restricted(reader: &mut Reader) -> RestrictedRules {
    let mut section = reader.section(
        "restricted",
        "Text messages and calls are restricted factors [NIST SP 800-63B]: whoever takes over a number takes over the factor. \
         Recovery codes are restricted, too: whoever finds the sheet has them. None of them is ever enough for a \
         privileged account. An organisation can switch them off for its people with `wardkey organisation factors`.",
    );
    let words: Vec<String> =
        section.value("off", "Factors that nobody may use: `sms`, `voice_call`, `recovery_code`.", Vec::new());
    let off = words.iter().filter_map(|word| factor(&mut section, word)).collect();
    let words: Vec<String> = section.value(
        "not_for_roles",
        "Roles whose holders may not use them, beside the privileged ones, who never may: `practice_manager`, `assessor`.",
        Vec::new(),
    );
    let not_for_roles = words.iter().filter_map(|word| role(&mut section, word)).collect();
    RestrictedRules { off, not_for_roles }
}

fn factor(section: &mut Section<'_>, word: &str) -> Option<FactorKind> {
    let found = word.parse::<FactorKind>().ok().filter(|kind| definition(*kind).restricted);
    if found.is_none() {
        section.complain(
            "off",
            format!("`{word}` is no restricted factor; they are `sms`, `voice_call` and `recovery_code`"),
        );
    }
    found
}

fn role(section: &mut Section<'_>, word: &str) -> Option<Role> {
    let found = Role::ALL.iter().copied().find(|role| role.as_str() == word);
    if found.is_none() {
        section.complain("not_for_roles", format!("there is no role `{word}`"));
    }
    found
}
