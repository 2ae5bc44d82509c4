//! `[password]`: what a password must be like.

use std::path::PathBuf;
use std::time::Duration;

use wardkey_domain::factor::password::PasswordRules;

use super::reader::Reader;

/// `[password]`.
#[derive(Clone, Debug)]
pub struct PasswordSettings {
    /// The rules.
    pub rules: PasswordRules,
    /// The file of breached passwords.
    pub breached: Option<PathBuf>,
}

const DAY: Duration = Duration::from_secs(86_400);

pub fn read(reader: &mut Reader) -> PasswordSettings {
    let mut section = reader
        .section("password", "What a password must be like. The defaults are those of the NHSmail user password.");
    let default = PasswordRules::default();
    let mut rules = PasswordRules {
        min_length: section.bounded("min_length", "The fewest characters.", default.min_length, 8..=128),
        max_length: section.bounded("max_length", "The most characters.", default.max_length, 64..=1_024),
        history: section.bounded(
            "history",
            "How many of the latest passwords, the present one included, may not be used again.",
            default.history,
            0..=24,
        ),
        min_guesses: section.value(
            "min_guesses",
            "A password that fewer guesses than this would find, by the estimate and the word lists of zxcvbn, is too common.",
            default.min_guesses,
        ),
        max_age: default.max_age,
        temporary_for: section.bounded(
            "temporary_for",
            "How long a temporary password can be used to sign in and set one's own.",
            default.temporary_for,
            Duration::from_secs(600)..=30 * DAY,
        ),
        remind_days: default.remind_days,
        activation_for: section.bounded(
            "activation_for",
            "How long an activation code can be used.",
            default.activation_for,
            Duration::from_secs(600)..=90 * DAY,
        ),
    };
    let max_age = section.value(
        "max_age",
        "How long a password is good for; `0 s` for ever, as NIST SP 800-63B advises.",
        rules.max_age.unwrap_or_default(),
    );
    rules.max_age = (!max_age.is_zero()).then_some(max_age);
    if rules.min_length > rules.max_length {
        section.complain("min_length", "it is greater than `password.max_length`");
    }
    let breached = section.optional(
        "breached_file",
        "A file of breached passwords, none of which may be used: SHA-1 hashes in hexadecimal, sorted, one a line, each \
         with a colon and a count, as Have I Been Pwned publishes them. Unset, only common passwords are refused.",
        "\"/var/lib/wardkey/pwned-passwords.txt\"",
    );
    PasswordSettings { rules, breached }
}
