//! What is wrong with a configuration: every problem at once, each where it stands.

use std::fmt;

/// Everything that is wrong with a configuration.
#[derive(Debug)]
pub struct ConfigError(Vec<Problem>);

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: `wardkey.toml:12:5`, or the name of an environment variable, or the name of a setting.
    pub place: String,
    /// What: a fragment without full stop.
    pub message: String,
}

impl ConfigError {
    /// All of `problems`; there is at least one.
    pub fn new(problems: Vec<Problem>) -> Self {
        Self(problems)
    }

    /// A single problem.
    pub fn one(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![Problem { place: place.into(), message: message.into() }])
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "the configuration has {} problem{plural}:", self.0.len())?;
        for problem in &self.0 {
            write!(f, "\n  {}: {}", problem.place, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
