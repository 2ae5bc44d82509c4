//! Organisations: bodies with an ODS code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{BadPath, HelpContact, OdsCode, OrganisationPath};
use crate::id::OrganisationId;
use crate::time::Timestamp;

/// A body with an ODS code: the unit that accounts belong to and that roles are held for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its identifier here.
    pub id: OrganisationId,
    /// Its code in the Organisation Data Service.
    pub ods_code: OdsCode,
    /// What it is called.
    pub name: String,
    /// What type of body it is.
    pub kind: OrganisationKind,
    /// The body above it, if any.
    pub parent: Option<OrganisationId>,
    /// Its ancestry, itself included.
    pub path: OrganisationPath,
    /// Whether it is open.
    pub status: OrganisationStatus,
    /// Whom its people ask for help, when it names somebody of its own.
    pub help_contact: Option<HelpContact>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Organisation {
    /// The same organisation below `parent`, or at the top.
    ///
    /// # Errors
    /// When it would come to lie above itself, or too deep.
    pub fn moved_below(self, parent: Option<&Self>) -> Result<Self, BadPath> {
        let path = match parent {
            Some(parent) => parent.path.child(self.id)?,
            None => OrganisationPath::root(self.id),
        };
        Ok(Self { parent: parent.map(|parent| parent.id), path, ..self })
    }

    /// Whether it may gain accounts: the accounts of a closed one must move to an open one [ACC-7].
    pub const fn takes_accounts(&self) -> bool {
        match self.status {
            OrganisationStatus::Open => true,
            OrganisationStatus::Closed => false,
        }
    }
}

/// Whether an organisation is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationStatus {
    /// It works.
    Open,
    /// It has closed: it gains no accounts, and those it has must move [ACC-7]. They still sign in until then.
    Closed,
}

impl OrganisationStatus {
    /// The word that stores and files use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl FromStr for OrganisationStatus {
    type Err = UnknownOrganisationStatus;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            _ => Err(UnknownOrganisationStatus),
        }
    }
}

/// A word that is not an organisation status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an organisation is `open` or `closed`")]
pub struct UnknownOrganisationStatus;

/// Who looks after an organisation's accounts [ACC-8].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ManagementRoute {
    /// Local administrators of its own.
    Local,
    /// The national administration service, since bodies of its type rarely have an administrator.
    NationalAdministrationService,
    /// The head office of a group that manages itself.
    SelfManaged,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $words:literal, $route:ident;)*) => {
        /// The types of organisation [ACC-8].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum OrganisationKind {
            $($(#[$doc])* $name,)*
        }

        impl OrganisationKind {
            /// Every type, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word that stores and files use.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The words that a person reads.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// Who looks after the accounts of such an organisation, unless it is agreed otherwise.
            pub const fn management_route(self) -> ManagementRoute {
                match self { $(Self::$name => ManagementRoute::$route,)* }
            }
        }

        impl FromStr for OrganisationKind {
            type Err = UnknownOrganisationKind;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($text => Ok(Self::$name),)* _ => Err(UnknownOrganisationKind) }
            }
        }
    };
}

kinds! {
    /// An NHS trust.
    Trust = "trust", "NHS trust", Local;
    /// An NHS foundation trust.
    FoundationTrust = "foundation_trust", "NHS foundation trust", Local;
    /// An integrated care board.
    Icb = "icb", "integrated care board", Local;
    /// An arm's length body.
    Alb = "alb", "arm's length body", Local;
    /// A commissioning support unit.
    Csu = "csu", "commissioning support unit", Local;
    /// A general practice (ODS role RO76 below a prescribing cost centre).
    GpPractice = "gp_practice", "GP practice", Local;
    /// A community pharmacy.
    Pharmacy = "pharmacy", "community pharmacy", NationalAdministrationService;
    /// An optometry practice.
    Optometry = "optometry", "optometry practice", NationalAdministrationService;
    /// A dental practice.
    Dental = "dental", "dental practice", NationalAdministrationService;
    /// A social care provider.
    SocialCare = "social_care", "social care provider", NationalAdministrationService;
    /// An independent provider of health care.
    IndependentProvider = "independent_provider", "independent provider", SelfManaged;
    /// A supplier of systems or services.
    Supplier = "supplier", "supplier", SelfManaged;
}

/// A word that is not a type of organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown type of organisation")]
pub struct UnknownOrganisationKind;

impl fmt::Display for OrganisationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_read_back_from_its_word() {
        for kind in OrganisationKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{}\"", kind.as_str()));
        }
        assert_eq!("hospital".parse::<OrganisationKind>(), Err(UnknownOrganisationKind));
    }

    #[test]
    fn a_move_below_itself_is_refused() {
        let id = OrganisationId::new(Timestamp::from_seconds(1), [1; 10]);
        let organisation = Organisation {
            id,
            ods_code: OdsCode::parse("RAA").unwrap(),
            name: "Aa".to_owned(),
            kind: OrganisationKind::Trust,
            parent: None,
            path: OrganisationPath::root(id),
            status: OrganisationStatus::Open,
            help_contact: None,
            created_at: Timestamp::from_seconds(1),
        };
        assert_eq!(organisation.clone().moved_below(Some(&organisation)), Err(BadPath::Circular));
    }
}
