//! What stands in an address after the question mark.

use http::Uri;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use wardkey_domain::access::Baseline;
use wardkey_domain::directory::{AccountKind, OdsCode, StatusName};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::report::{Cover, MfaStatus, PeopleFilter, SignedIn};
use wardkey_usecases::report::{SearchFor, Slice};

use super::problem::{FieldProblem, Problem};
use super::word::{self, Limit, Place, Typed, Word};

/// Which part of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Part {
    /// What `next` said in the part before.
    #[param(value_type = String, max_length = 500)]
    after: Option<Word<Place>>,
    /// How many at most.
    #[param(schema_with = word::limit)]
    limit: Option<Word<Limit>>,
}

/// Where a list goes on that has parts of one size.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// What `next` said in the part before.
    #[param(value_type = String, max_length = 500)]
    after: Option<Word<Place>>,
}

/// Nothing.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Which part of a report.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportPart {
    /// The ODS code of an organisation: its accounts and those of all below it.
    #[param(value_type = String, pattern = "^[A-Za-z0-9]{1,9}$", example = "A81001")]
    organisation: Option<Word<OdsCode>>,
    /// What `next` said in the part before. Not for a table, which is always whole.
    #[param(value_type = String, max_length = 500)]
    after: Option<Word<Place>>,
    /// How many accounts are looked at at most. Not for a table, which is always whole.
    #[param(schema_with = word::limit)]
    limit: Option<Word<Limit>>,
}

/// Whom to look for: those of whom everything is true that is said here.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// Beginnings of words of a name, or the beginning of an address. An ODS code among them counts as `organisation`.
    #[param(value_type = String, max_length = 100, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]*$", example = "jo nurse")]
    q: Option<Word<Typed>>,
    /// The ODS code of an organisation: its people and those of all below it.
    #[param(value_type = String, pattern = "^[A-Za-z0-9]{1,9}$", example = "A81001")]
    organisation: Option<Word<OdsCode>>,
    /// Kind of account.
    #[param(schema_with = word::kind)]
    kind: Option<Word<AccountKind>>,
    /// Status of the account.
    #[param(schema_with = word::status)]
    status: Option<Word<StatusName>>,
    /// How they stand with multi-factor authentication; `excepted` are those with an exception.
    #[param(schema_with = word::mfa)]
    mfa: Option<Word<MfaStatus>>,
    /// Whether a second factor protects them.
    #[param(schema_with = word::cover)]
    cover: Option<Word<Cover>>,
    /// A second factor that they have.
    #[param(schema_with = word::method)]
    method: Option<Word<Method>>,
    /// What is asked of them when no policy asks for more.
    #[param(schema_with = word::baseline)]
    baseline: Option<Word<Baseline>>,
    /// Whether they hold a privileged role.
    privileged: Option<bool>,
    /// When they signed in last, in days.
    #[param(schema_with = word::signed_in)]
    signed_in: Option<Word<SignedIn>>,
    /// What `next` said in the part before.
    #[param(value_type = String, max_length = 500)]
    after: Option<Word<Place>>,
    /// How many at most.
    #[param(schema_with = word::limit)]
    limit: Option<Word<Limit>>,
}

/// A second factor of people's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Method(FactorKind);

/// The word is no such factor.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("there is no such second factor")]
struct NoMethod;

impl std::str::FromStr for Method {
    type Err = NoMethod;

    fn from_str(text: &str) -> Result<Self, NoMethod> {
        let kind: FactorKind = text.parse().map_err(|_| NoMethod)?;
        let of = wardkey_domain::factor::definition(kind);
        if of.is_second_factor() && !of.is_bootstrap { Ok(Self(kind)) } else { Err(NoMethod) }
    }
}

/// Reads the parameters of an address.
///
/// # Errors
/// Names the parameter that is unknown, comes twice or makes no sense: a list that shows more people than were asked for would
/// mislead.
pub fn read<T: DeserializeOwned>(address: &Uri) -> Result<T, Problem> {
    let query = url::form_urlencoded::parse(address.query().unwrap_or_default().as_bytes());
    serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(query)).map_err(|error| {
        let path = error.path().to_string();
        Problem::unreadable(FieldProblem::in_address(&path, error.into_inner().to_string()))
    })
}

fn slice(after: Option<&Word<Place>>, limit: Option<Word<Limit>>) -> Slice<'_> {
    Slice { after: after.map(|place| place.0.0.as_str()), most: limit.map_or(Limit::USUAL, |limit| limit.0).0 }
}

impl Part {
    /// The part.
    pub fn slice(&self) -> Slice<'_> {
        slice(self.after.as_ref(), self.limit)
    }
}

impl After {
    /// Where the part before ended.
    pub fn place(&self) -> Option<&str> {
        self.after.as_ref().map(|place| place.0.0.as_str())
    }
}

impl ReportPart {
    /// Whether it is the whole report.
    pub fn is_whole(&self) -> bool {
        self.after.is_none() && self.limit.is_none()
    }

    /// The organisation that it is about.
    pub fn organisation(&self) -> Option<&OdsCode> {
        self.organisation.as_ref().map(|code| &code.0)
    }

    /// The part.
    pub fn slice(&self) -> Slice<'_> {
        slice(self.after.as_ref(), self.limit)
    }
}

impl Search {
    /// Whom to look for.
    pub fn wanted(&self) -> SearchFor {
        SearchFor {
            text: self.q.as_ref().map(|typed| typed.0.0.trim().to_owned()).unwrap_or_default(),
            organisation: self.organisation.as_ref().map(|code| code.0.to_string()).unwrap_or_default(),
            filter: PeopleFilter {
                kind: self.kind.map(|kind| kind.0),
                status: self.status.map(|status| status.0),
                mfa: self.mfa.map(|mfa| mfa.0),
                cover: self.cover.map(|cover| cover.0),
                method: self.method.map(|method| method.0.0),
                baseline: self.baseline.map(|baseline| baseline.0),
                is_privileged: self.privileged,
                signed_in: self.signed_in.map(|signed_in| signed_in.0),
            },
        }
    }

    /// The part.
    pub fn slice(&self) -> Slice<'_> {
        slice(self.after.as_ref(), self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(query: &str) -> Result<Search, Problem> {
        read(&format!("/api/v1/people?{query}").parse().unwrap())
    }

    #[test]
    fn a_search_is_read_strictly() {
        let found = search("q=jo&mfa=excepted&method=totp&privileged=false&signed_in=not-within-90&limit=7").unwrap();
        assert_eq!(found.slice(), Slice { after: None, most: 7 });
        assert_eq!(found.wanted().filter.signed_in, Some(SignedIn::NotWithin(90)));
        assert_eq!(search("").unwrap().slice().most, 50);
        for bad in [
            "limit=0",
            "limit=201",
            "limit=%2B5",
            "limit=",
            "limit=99999999999",
            "kind=nurse",
            "method=password",
            "method=temporary_access_pass",
            "privileged=yes",
            "signed_in=within-0",
            "q=%00",
            "organisation=",
            "organisation=A%2F1",
            "mfa=off&mfa=off",
            "page=2",
        ] {
            assert!(search(bad).is_err(), "{bad}");
        }
        let long = format!("q={}", "a".repeat(101));
        assert!(search(&long).is_err());
    }
}
