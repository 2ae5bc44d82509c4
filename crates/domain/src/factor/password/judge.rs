//! Whether a person may choose a password.

use super::common::is_common;
use super::hash::normalised;
use super::rules::PasswordRules;
use crate::secret::Secret;

/// The names that may not stand in somebody's password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameParts {
    /// First name.
    pub given: Option<String>,
    /// Last name.
    pub family: Option<String>,
}

/// Why somebody may not choose a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenRule {
    /// It is too short.
    TooShort {
        /// The fewest characters.
        min: usize,
    },
    /// It is too long.
    TooLong {
        /// The most characters.
        max: usize,
    },
    /// It contains the person's first or last name.
    ContainsName,
    /// Many people choose it.
    Common,
    /// It stands in the file of passwords known from breaches.
    Breached,
    /// It is one of the person's latest passwords.
    UsedBefore {
        /// How many of the latest may not be used again.
        last: usize,
    },
}

impl BrokenRule {
    /// What to tell the person.
    pub fn message(self) -> String {
        match self {
            Self::TooShort { min } => format!("Password must be {min} characters or more"),
            Self::TooLong { max } => format!("Password must be {max} characters or fewer"),
            Self::ContainsName => "Password must not include your first or last name".to_owned(),
            Self::Common => {
                "This password is too easy to guess. Choose a different one, for example 3 words that do not belong together"
                    .to_owned()
            }
            Self::Breached => {
                "This password has been seen in a data breach somewhere else. Choose one you have not used anywhere".to_owned()
            }
            Self::UsedBefore { last } => format!("Password must be different from your last {last} passwords"),
        }
    }
}

/// Judges a password that somebody wants, by everything but their history.
///
/// # Errors
/// All the rules that it breaks, so that the person can mend them in one go.
pub fn judge_new(
    rules: &PasswordRules,
    candidate: &Secret<String>,
    person: &NameParts,
    breached: bool,
) -> Result<(), Vec<BrokenRule>> {
    let candidate = normalised(candidate);
    let password = candidate.expose();
    let length = password.chars().count();
    let mut broken = Vec::new();
    if length < rules.min_length {
        broken.push(BrokenRule::TooShort { min: rules.min_length });
    }
    if length > rules.max_length {
        // Said alone: looking for names and guesses in megabytes would be work for an attacker's sake.
        return Err(vec![BrokenRule::TooLong { max: rules.max_length }]);
    }
    if contains_name(password, person) {
        broken.push(BrokenRule::ContainsName);
    }
    if breached {
        broken.push(BrokenRule::Breached);
    } else if length >= rules.min_length && is_common(password, rules.min_guesses) {
        // A short password is nearly always a common one too; one reason is enough to start again.
        broken.push(BrokenRule::Common);
    }
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

/// Names shorter than this are left alone: half of all passwords contain "li" or "ng".
const SHORTEST_NAME: usize = 3;

fn contains_name(password: &str, person: &NameParts) -> bool {
    let password = Secret::new(password.to_lowercase());
    let names = [person.given.as_deref(), person.family.as_deref()];
    names.into_iter().flatten().flat_map(spellings).any(|name| password.expose().contains(&name))
}

/// "Anne-Marie O'Neill" as it stands, without marks, and in its parts.
fn spellings(name: &str) -> Vec<String> {
    let name = name.trim().to_lowercase();
    let bare: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
    let parts = name.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').map(str::to_owned);
    let mut all: Vec<_> = parts.chain([bare]).chain([name.clone()]).collect();
    all.retain(|spelling| spelling.chars().count() >= SHORTEST_NAME);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(candidate: &str, expected: &[BrokenRule]) {
        let person = NameParts { given: Some("Anne-Marie".to_owned()), family: Some("O'Neill".to_owned()) };
        let judged = judge_new(&PasswordRules::default(), &Secret::new(candidate.to_owned()), &person, false);
        assert_eq!(judged.err().unwrap_or_default(), expected, "{candidate}");
    }

    #[test]
    fn a_password_has_ten_characters_or_more() {
        check("kz9!mWq2x", &[BrokenRule::TooShort { min: 10 }]);
        check("kz9!mWq2xv", &[]);
    }

    #[test]
    fn characters_are_counted_not_bytes() {
        check("żółć ąęśń", &[BrokenRule::TooShort { min: 10 }]);
        check("żółć ąęśńx kot", &[]);
    }

    #[test]
    fn a_long_password_is_welcome_up_to_the_limit() {
        let long: String = "wet umbrellas sing at dawn while kettles hum; ".chars().cycle().take(256).collect();
        check(&long, &[]);
        check(&format!("{long}!"), &[BrokenRule::TooLong { max: 256 }]);
    }

    #[test]
    fn there_are_no_composition_rules() {
        check("thirteen wet kettles", &[]);
        check("  spaces  are  kept  ", &[]);
        check("水壺在早晨唱著歌而雨傘跳舞", &[]);
    }

    #[test]
    fn a_password_does_not_contain_a_name() {
        for password in [
            "ANNE-MARIE kettle 7",
            "xx annemarie kettle",
            "kettle o'neill blue",
            "oneill kettle blue",
            "my anne kettles",
        ] {
            check(password, &[BrokenRule::ContainsName]);
        }
    }

    #[test]
    fn a_short_name_is_left_alone() {
        let person = NameParts { given: Some("Li".to_owned()), family: Some("Ng".to_owned()) };
        let candidate = Secret::new("singing lively kettles".to_owned());
        assert_eq!(judge_new(&PasswordRules::default(), &candidate, &person, false), Ok(()));
    }

    #[test]
    fn a_common_or_breached_password_is_refused() {
        check("Password123!", &[BrokenRule::Common]);
        let candidate = Secret::new("three wet umbrellas".to_owned());
        let judged = judge_new(&PasswordRules::default(), &candidate, &NameParts::default(), true);
        assert_eq!(judged, Err(vec![BrokenRule::Breached]));
    }

    #[test]
    fn every_broken_rule_is_said_at_once() {
        check("annemarie", &[BrokenRule::TooShort { min: 10 }, BrokenRule::ContainsName]);
    }
}
