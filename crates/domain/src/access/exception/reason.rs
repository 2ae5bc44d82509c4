//! Why somebody is excepted: two closed lists.

use std::str::FromStr;

use crate::audit::Reason;
use crate::id::ExceptionRequestId;

/// How long an exception is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExceptionKind {
    /// For a day, given by one administrator [EXC-20].
    Short,
    /// For half a year, asked for by one and approved by another [EXC-22].
    Long,
}

/// Why somebody is excepted for a day [EXC-21].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShortReason {
    /// Their phone is lost or stolen.
    PhoneLost,
    /// Their phone is somewhere, and they do not know where.
    PhoneMisplaced,
    /// They are at a place without signal or internet.
    NoSignal,
    /// Nothing arrives that should ask them.
    NoNotifications,
    /// Something else, which the administrator has judged.
    Other(Reason),
}

/// Why somebody is excepted for half a year [EXC-22].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LongReason {
    /// What the person needs, and no factor gives them.
    Accessibility,
    /// Being asked would put patients at a risk out of proportion.
    ClinicalRisk,
    /// They work where no device may be taken.
    SecureLocation,
    /// Several people share the account until it becomes a mailbox.
    SharedAccount,
}

/// What an exception rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A short one's reason.
    Short(ShortReason),
    /// A long one's.
    Long {
        /// The reason.
        reason: LongReason,
        /// Whoever asked explains it.
        text: Reason,
        /// The request, which may be about many accounts.
        request: ExceptionRequestId,
    },
}

/// A word that is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown reason")]
pub struct UnknownReason;

impl ExceptionKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Short, Self::Long];

    /// The word for it in stores, templates and the audit.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
        }
    }
}

impl ShortReason {
    /// The words of the list, in the order of the form.
    pub const WORDS: [&'static str; 5] = ["phone_lost", "phone_misplaced", "no_signal", "no_notifications", OTHER];

    /// The word for it in stores, templates and the audit.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::PhoneLost => "phone_lost",
            Self::PhoneMisplaced => "phone_misplaced",
            Self::NoSignal => "no_signal",
            Self::NoNotifications => "no_notifications",
            Self::Other(_) => OTHER,
        }
    }

    /// The reason with this word; what was typed counts for the one that needs it, and for no other.
    ///
    /// # Errors
    /// When there is none, or it needs a text and has none.
    pub fn parse(word: &str, text: Option<Reason>) -> Result<Self, UnknownReason> {
        let plain = [Self::PhoneLost, Self::PhoneMisplaced, Self::NoSignal, Self::NoNotifications];
        let other = text.filter(|_| word == OTHER).map(Self::Other);
        plain.into_iter().find(|reason| reason.as_str() == word).or(other).ok_or(UnknownReason)
    }

    /// What was typed, if anything was.
    pub const fn text(&self) -> Option<&Reason> {
        match self {
            Self::Other(text) => Some(text),
            Self::PhoneLost | Self::PhoneMisplaced | Self::NoSignal | Self::NoNotifications => None,
        }
    }

    /// Whether the person enrols again afterwards: nobody knows who has the phone [EXC-21].
    pub const fn means_re_enrolment(&self) -> bool {
        match self {
            Self::PhoneLost | Self::PhoneMisplaced => true,
            Self::NoSignal | Self::NoNotifications | Self::Other(_) => false,
        }
    }
}

const OTHER: &str = "other";

impl LongReason {
    /// The list, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Accessibility, Self::ClinicalRisk, Self::SecureLocation, Self::SharedAccount];

    /// The word for it in stores, templates and the audit.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accessibility => "accessibility",
            Self::ClinicalRisk => "clinical_risk",
            Self::SecureLocation => "secure_location",
            Self::SharedAccount => "shared_account",
        }
    }
}

impl FromStr for LongReason {
    type Err = UnknownReason;

    fn from_str(word: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word).ok_or(UnknownReason)
    }
}

impl Ground {
    /// How long the exception is.
    pub const fn kind(&self) -> ExceptionKind {
        match self {
            Self::Short(_) => ExceptionKind::Short,
            Self::Long { .. } => ExceptionKind::Long,
        }
    }

    /// The word of the reason.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Short(reason) => reason.as_str(),
            Self::Long { reason, .. } => reason.as_str(),
        }
    }

    /// What was typed, if anything was.
    pub const fn text(&self) -> Option<&Reason> {
        match self {
            Self::Short(reason) => reason.text(),
            Self::Long { text, .. } => Some(text),
        }
    }

    /// The request that it belongs to.
    pub const fn request(&self) -> Option<ExceptionRequestId> {
        match self {
            Self::Short(_) => None,
            Self::Long { request, .. } => Some(*request),
        }
    }

    /// Whether the person enrols again when it ends.
    pub const fn means_re_enrolment(&self) -> bool {
        match self {
            Self::Short(reason) => reason.means_re_enrolment(),
            Self::Long { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_read_back_from_its_word() {
        let text = Reason::parse("the lift is stuck").unwrap();
        for word in ShortReason::WORDS {
            let read = ShortReason::parse(word, Some(text.clone())).unwrap();
            assert_eq!(read.as_str(), word);
            assert_eq!(read.text().is_some(), word == OTHER, "{word}");
        }
        assert_eq!(ShortReason::parse(OTHER, None), Err(UnknownReason));
        assert_eq!(ShortReason::parse("bored", Some(text)), Err(UnknownReason));
        for reason in LongReason::ALL {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
        assert_eq!("bored".parse::<LongReason>(), Err(UnknownReason));
    }

    #[test]
    fn whoever_does_not_know_where_their_phone_is_enrols_again() {
        let again = |word| ShortReason::parse(word, Reason::parse("x").ok()).unwrap().means_re_enrolment();
        assert_eq!(ShortReason::WORDS.map(again), [true, true, false, false, false]);
    }
}
