use proptest::prelude::*;

use super::*;

const CODE: &str = "482915";

fn press_hash() -> CallScript {
    CallScript::new(CallMode::PressHash, CallRules::default())
}

fn type_code() -> CallScript {
    CallScript::new(CallMode::TypeCode(Secret::new(CODE.to_owned())), CallRules::default())
}

/// One character an event: `a` answered, `p` played to its end, `t` timed out, `h` hung up, `s` the line spoke, else a key.
fn event(character: char) -> CallEvent {
    match character {
        'a' => CallEvent::Answered,
        'p' => CallEvent::PromptPlayed,
        't' => CallEvent::TimedOut,
        'h' => CallEvent::HungUp,
        's' => CallEvent::LineSpoke,
        key => CallEvent::Key(Key::from_char(key).unwrap()),
    }
}

/// Runs a conversation; answers what was said and how it ended. Spaces are for the reader.
fn run(mut script: CallScript, events: &str) -> (Vec<PromptId>, Option<CallOutcome>) {
    let (mut said, mut ended) = (Vec::new(), None);
    for character in events.chars().filter(|c| !c.is_whitespace()) {
        for action in script.step(event(character)) {
            match action {
                CallAction::Play(prompt) => said.push(prompt),
                CallAction::Listen(_) => {}
                CallAction::HangUp(outcome) => ended = Some(outcome),
            }
        }
    }
    (said, ended)
}

fn check(script: CallScript, events: &str, expected: Option<CallOutcome>) {
    assert_eq!(run(script, events).1, expected, "{events}");
}

#[test]
fn a_hash_after_the_instruction_confirms() {
    let (said, ended) = run(press_hash(), "appp # p");
    assert_eq!(said, [PromptId::Greeting, PromptId::Context, PromptId::PressHash, PromptId::ThankYou]);
    assert_eq!(ended, Some(CallOutcome::Confirmed));
    check(press_hash(), "appp t # p", Some(CallOutcome::Confirmed));
    check(press_hash(), "appp *# p", Some(CallOutcome::Confirmed));
}

#[test]
fn a_hash_before_the_end_of_the_instruction_does_not_count() {
    check(press_hash(), "a#ppp", None);
    check(press_hash(), "a#ppp tp tp t p", Some(CallOutcome::NoResponse));
    check(press_hash(), "#a#ppp t p # p", Some(CallOutcome::Confirmed));
}

#[test]
fn who_pressed_hash_too_early_once_is_asked_again() {
    for early in ["a#ppp", "ap#pp", "app#p", "#a#ppp", "a5#ppp"] {
        let (said, ended) = run(press_hash(), &format!("{early} # p # p"));
        assert_eq!(said.iter().filter(|prompt| **prompt == PromptId::PressHash).count(), 2, "{early}");
        assert_eq!(ended, Some(CallOutcome::Confirmed), "{early}");
    }
    check(press_hash(), "ap#pp 0# p", Some(CallOutcome::Reported));
}

#[test]
fn a_recording_that_presses_hash_again_and_again_is_voicemail() {
    for events in ["a##ppp # p", "a#p#p#p # p", "ap#p#p # p", "a#p#pp tp tp t p", "app#5#p t p # p"] {
        check(press_hash(), events, Some(CallOutcome::Voicemail));
    }
    // A greeting with a hash each second, through all that is said and all the silence after it.
    check(press_hash(), &"a ###p ###p #######p".chars().chain("#".repeat(60).chars()).collect::<String>(), None);
    check(press_hash(), "a ###p ###p #######p ######## p", Some(CallOutcome::Voicemail));
    // Whoever listens on that telephone can still report.
    check(press_hash(), "a ###p ###p 0# p", Some(CallOutcome::Reported));
    check(press_hash(), "a ###ppp t 0# p", Some(CallOutcome::Reported));
    check(type_code(), "a ###p ###p ###p 482915# p", Some(CallOutcome::Confirmed));
}

#[test]
fn zero_and_hash_report_at_any_time_after_the_greeting() {
    for events in ["ap 0# p", "app 0# p", "appp 0# p", "a0p# p", "appp t 0# p", "app 0p # p", "appp 5*0# p"] {
        check(press_hash(), events, Some(CallOutcome::Reported));
        check(type_code(), events, Some(CallOutcome::Reported));
    }
    check(press_hash(), "a0#p", None);
}

#[test]
fn other_keys_are_not_an_answer() {
    let (said, ended) = run(press_hash(), "appp 5#p 12#p 9# p");
    assert_eq!(said.iter().filter(|prompt| **prompt == PromptId::PressHash).count(), 3);
    assert_eq!(ended, Some(CallOutcome::NoResponse));
    check(press_hash(), "appp 1 2 3 A t p t p t p", Some(CallOutcome::NoResponse));
}

#[test]
fn silence_ends_the_call_after_three_tellings() {
    let (said, ended) = run(press_hash(), "appp tp tp t p");
    assert_eq!(said.iter().filter(|prompt| **prompt == PromptId::PressHash).count(), 3);
    assert_eq!(said.last(), Some(&PromptId::Goodbye));
    assert_eq!(ended, Some(CallOutcome::NoResponse));
}

#[test]
fn a_line_that_talks_like_a_machine_is_voicemail() {
    check(press_hash(), "a s ppp tp s tp t p", Some(CallOutcome::Voicemail));
    check(press_hash(), "a s ppp # p", Some(CallOutcome::Voicemail));
    check(press_hash(), "appp s # p", Some(CallOutcome::Voicemail));
    check(press_hash(), "a s ppp 0# p", Some(CallOutcome::Reported));
    check(type_code(), "a s ppp 482915# p", Some(CallOutcome::Confirmed));
}

#[test]
fn the_right_code_confirms() {
    check(type_code(), "appp 482915# p", Some(CallOutcome::Confirmed));
    check(type_code(), "appp 11*482915# p", Some(CallOutcome::Confirmed));
    check(type_code(), "appp t 482915# p", Some(CallOutcome::Confirmed));
    check(type_code(), "appp 111111# p 482915# p", Some(CallOutcome::Confirmed));
    // Digits that were typed before the question are not part of the answer.
    check(type_code(), "app 48 p 482915# p", Some(CallOutcome::Confirmed));
}

#[test]
fn three_wrong_codes_end_the_call() {
    let (said, ended) = run(type_code(), "appp 111111# pp 482916# pp 4829150# p");
    assert_eq!(said.iter().filter(|prompt| **prompt == PromptId::WrongCode).count(), 2);
    assert_eq!(said.last(), Some(&PromptId::NoMoreTries));
    assert_eq!(ended, Some(CallOutcome::WrongCode));
    check(type_code(), "appp 482915 t pp 915# pp", None);
}

#[test]
fn a_hash_alone_is_no_code() {
    check(type_code(), "appp # # # tp # tp # t p", Some(CallOutcome::NoResponse));
    let nothing = CallScript::new(CallMode::TypeCode(empty()), CallRules::default());
    check(nothing, "appp # # tp tp t p", Some(CallOutcome::NoResponse));
}

#[test]
fn who_rings_off_has_hung_up_unless_the_answer_was_given() {
    for events in ["ah", "aph", "appph", "appp5h", "h"] {
        check(press_hash(), events, Some(CallOutcome::HungUp));
    }
    check(press_hash(), "appp # h", Some(CallOutcome::Confirmed));
    check(press_hash(), "appp 0# h", Some(CallOutcome::Reported));
}

#[test]
fn the_answer_is_known_before_the_last_words_are_said() {
    let mut script = press_hash();
    for character in "appp#".chars() {
        assert_eq!(script.decided(), None);
        script.step(event(character));
    }
    assert_eq!(script.decided(), Some(CallOutcome::Confirmed));
    // Nothing takes it back.
    script.step(event('0'));
    script.step(event('#'));
    assert_eq!(script.step(event('p')), [CallAction::HangUp(CallOutcome::Confirmed)]);
    assert_eq!(script.step(event('#')), []);
}

#[test]
fn each_key_gives_the_whole_time_again() {
    let mut script = type_code();
    "appp".chars().for_each(|character| drop(script.step(event(character))));
    assert_eq!(script.step(event('4')), [CallAction::Listen(CallRules::default().listen_for)]);
}

#[test]
fn a_script_does_not_print_its_code_or_keys() {
    let mut script = type_code();
    "appp4829".chars().for_each(|character| drop(script.step(event(character))));
    let printed = format!("{script:?} {:?}", event('4'));
    assert!(!printed.contains("4829") && !printed.contains('4'), "{printed}");
}

/// What happened, in the order in which it did, with which keys since the last that ended an entry.
fn entries_after_the_instruction(events: &[char]) -> Vec<String> {
    let mut script = press_hash();
    let (mut told, mut typed, mut entries) = (false, String::new(), Vec::new());
    let mut instruction = false;
    for character in events {
        if *character == 'p' && instruction {
            told = true;
        }
        for action in script.step(event(*character)) {
            match action {
                CallAction::Play(prompt) => instruction = prompt == PromptId::PressHash,
                CallAction::Listen(_) | CallAction::HangUp(_) => {}
            }
        }
        match character {
            '#' => {
                let entry = std::mem::take(&mut typed);
                if told {
                    entries.push(entry);
                }
            }
            '0'..='9' => typed.push(*character),
            _ => {}
        }
    }
    entries
}

fn conversation(length: usize) -> impl Strategy<Value = Vec<char>> {
    let ordinary = prop::sample::select("apthspppp0123456789*#########".chars().collect::<Vec<_>>());
    // Half of the conversations begin as real ones do, or most would end at the greeting.
    (any::<bool>(), prop::collection::vec(ordinary, 0..length)).prop_map(|(real, rest)| {
        let start = if real { "appp" } else { "" };
        start.chars().chain(rest).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn without_a_hash_after_the_instruction_nothing_is_confirmed(events in conversation(40)) {
        let text: String = events.iter().collect();
        let (_, ended) = run(press_hash(), &text);
        if entries_after_the_instruction(&events).is_empty() {
            prop_assert_ne!(ended, Some(CallOutcome::Confirmed));
        }
    }

    #[test]
    fn what_talks_or_presses_hash_like_a_machine_confirms_nothing(events in conversation(40)) {
        let text: String = events.iter().collect();
        let (_, ended) = run(press_hash(), &text);
        // Whatever comes before the first word of the question, and before any answer.
        let before = text.split_once('a').map_or("", |(_, rest)| rest).split('p').take(3).collect::<String>();
        let (hashes, spoke) = (before.matches('#').count(), before.contains('s'));
        if hashes >= 2 || spoke {
            prop_assert_ne!(ended, Some(CallOutcome::Confirmed));
        }
    }

    #[test]
    fn without_any_hash_nothing_is_confirmed_or_reported(events in conversation(60)) {
        let text: String = events.iter().filter(|character| **character != '#').collect();
        for script in [press_hash(), type_code()] {
            let (_, ended) = run(script, &text);
            prop_assert!(!matches!(ended, Some(CallOutcome::Confirmed | CallOutcome::Reported | CallOutcome::WrongCode)));
        }
    }

    #[test]
    fn without_the_right_digits_no_code_is_confirmed(events in conversation(60)) {
        let text: String = events.iter().collect();
        let keys: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '#' || *c == '*').collect();
        let (_, ended) = run(type_code(), &text);
        if !keys.contains(&format!("{CODE}#")) {
            prop_assert_ne!(ended, Some(CallOutcome::Confirmed));
        }
    }

    #[test]
    fn every_conversation_with_silence_ends(events in conversation(30)) {
        let text: String = events.iter().collect();
        // Eight rounds of everything said and nothing heard are more than any rule allows.
        let silence = "pt".repeat(40);
        for script in [press_hash(), type_code()] {
            let (_, ended) = run(script, &format!("a{text}{silence}"));
            prop_assert!(ended.is_some());
        }
    }
}
