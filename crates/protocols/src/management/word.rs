//! Words of closed lists, and numbers, as they stand in addresses: read as the domain reads them, and listed as it lists them.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};
use wardkey_domain::access::Baseline;
use wardkey_domain::directory::{AccountKind, OrganisationKind, StatusName};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::permission::Action;
use wardkey_domain::report::{Cover, MfaStatus, ReportKind};

/// A word that the domain reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<T>(pub T);

impl<'de, T> Deserialize<'de> for Word<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads<T>(PhantomData<T>);

        impl<T: FromStr> Visitor<'_> for Reads<T>
        where
            T::Err: fmt::Display,
        {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Word<T>, E> {
                text.parse().map(Word).map_err(|error| E::custom(error))
            }
        }
        deserializer.deserialize_str(Reads(PhantomData)).map_err(D::Error::custom)
    }
}

/// How many at most: from 1 to 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(pub u32);

impl Limit {
    /// Where nobody says.
    pub const USUAL: Self = Self(50);
    /// The most.
    pub const MOST: u32 = 200;
}

impl FromStr for Limit {
    type Err = BadLimit;

    fn from_str(text: &str) -> Result<Self, BadLimit> {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 3;
        let number = text.parse().ok().filter(|number| is_number && (1..=Self::MOST).contains(number));
        number.map(Self).ok_or(BadLimit)
    }
}

/// The text is no such number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write a number from 1 to {}", Limit::MOST)]
pub struct BadLimit;

/// Typed text to look for: at most 100 characters, and no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed(pub String);

impl FromStr for Typed {
    type Err = BadTyped;

    fn from_str(text: &str) -> Result<Self, BadTyped> {
        let is_good = text.chars().count() <= 100 && !text.contains(char::is_control);
        if is_good { Ok(Self(text.to_owned())) } else { Err(BadTyped) }
    }
}

/// The text is too long, or has control characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write at most 100 characters, none of them a control character")]
pub struct BadTyped;

/// Where a part of a list ended, as it said itself: at most 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(pub String);

impl FromStr for Place {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        if text.chars().count() <= 500 { Ok(Self(text.to_owned())) } else { Err(BadPlace) }
    }
}

/// The text is longer than any place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("pass what `next` said")]
pub struct BadPlace;

fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words))
}

/// Or nothing.
fn or_null(words: impl IntoIterator<Item = &'static str>) -> Object {
    let listed = words.into_iter().map(serde_json::Value::from).chain([serde_json::Value::Null]);
    let types = SchemaType::from_iter([Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(types).enum_values(Some(listed)).build()
}

/// Kinds of account.
pub fn kind() -> Object {
    one_of(AccountKind::ALL.iter().map(|kind| kind.as_str())).build()
}

/// Kinds of organisation.
pub fn organisation_kind() -> Object {
    one_of(OrganisationKind::ALL.iter().map(|kind| kind.as_str())).build()
}

/// Statuses.
pub fn status() -> Object {
    one_of(StatusName::ALL.iter().map(|status| status.as_str())).build()
}

/// How an account stands with multi-factor authentication.
pub fn mfa() -> Object {
    one_of(MfaStatus::ALL.iter().map(|mfa| mfa.as_str())).build()
}

/// The same, or nothing in the second after the account was added.
pub fn mfa_or_null() -> Object {
    or_null(MfaStatus::ALL.iter().map(|mfa| mfa.as_str()))
}

/// Whether an account is protected.
pub fn cover() -> Object {
    one_of(Cover::ALL.iter().map(|cover| cover.as_str())).build()
}

/// Baselines.
pub fn baseline() -> Object {
    one_of(Baseline::ALL.iter().map(|baseline| baseline.as_str())).build()
}

fn own() -> impl Iterator<Item = &'static str> {
    let all = FactorKind::ALL.into_iter().map(definition);
    all.filter(|of| of.is_second_factor() && !of.is_bootstrap).map(|of| of.kind.as_str())
}

/// Second factors of people's own.
pub fn method() -> Object {
    one_of(own()).build()
}

/// One of them, or none.
pub fn method_or_null() -> Object {
    or_null(own())
}

/// Several of them.
pub fn methods() -> utoipa::openapi::schema::Array {
    ArrayBuilder::new().items(method()).build()
}

/// Factors of any kind.
pub fn factor() -> Object {
    one_of(FactorKind::ALL.iter().map(|kind| kind.as_str())).build()
}

/// Reports.
pub fn report() -> Object {
    one_of(ReportKind::ALL.iter().map(|report| report.as_str())).build()
}

/// The words for what the API can do to an account, in its addresses.
pub const DEEDS: [(Action, &str); 5] = [
    (Action::EnableMfa, "enable-mfa"),
    (Action::DisableAccount, "disable"),
    (Action::EnableAccount, "enable"),
    (Action::EndSessions, "end-sessions"),
    (Action::MarkCompromised, "mark-compromised"),
];

/// Some of them.
pub fn deeds() -> utoipa::openapi::schema::Array {
    ArrayBuilder::new().items(one_of(DEEDS.iter().map(|(_, word)| *word)).build()).build()
}

/// How many at most.
pub fn limit() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1_u32))
        .maximum(Some(Limit::MOST))
        .default(Some(Limit::USUAL.0.into()))
        .build()
}

/// When somebody signed in last.
pub fn signed_in() -> Object {
    // Up to 3650 days.
    let days = "([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|36[0-4][0-9]|3650)";
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!("^(never|(not-)?within-{days})$")))
        .examples(["never", "within-30", "not-within-90"])
        .build()
}
