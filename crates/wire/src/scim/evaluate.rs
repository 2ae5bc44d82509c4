//! Whether a filter holds for a resource as clients see it.

use serde_json::{Map, Value};

use super::definition::{Attribute, Definition, Kind, Named, find};
use super::error::{ScimError, ScimType};
use super::filter::{Comparison, Filter, Literal, Operator};
use super::instant::micros;
use super::path::AttributePath;

impl Filter {
    /// Reads a filter on resources of a kind.
    ///
    /// # Errors
    /// `invalidFilter`: it cannot be read, names an attribute that there is not, or compares what cannot be compared.
    pub fn parse_for(definition: &Definition, text: &str) -> Result<Self, ScimError> {
        let filter = Self::parse(text)?;
        filter.check(&|path| meaning(definition, path))?;
        Ok(filter)
    }

    /// Checks a filter on the values of `attribute`.
    pub(super) fn check_among(&self, attribute: &'static Attribute) -> Result<(), ScimError> {
        self.check(&|path| part_of(attribute, path))
    }

    fn check(&self, meaning: &dyn Fn(&AttributePath) -> Result<Meaning, ScimError>) -> Result<(), ScimError> {
        match self {
            Self::And(filters) | Self::Or(filters) => filters.iter().try_for_each(|filter| filter.check(meaning)),
            Self::Not(filter) => filter.check(meaning),
            Self::Present(path) => meaning(path).map(|_| ()),
            Self::Compare(comparison) => match meaning(&comparison.path)? {
                Meaning::Ignored => Ok(()),
                Meaning::Attribute(attribute) => check_comparison(attribute, comparison),
            },
            Self::Among(path, filter) => match meaning(path)? {
                Meaning::Ignored => Ok(()),
                Meaning::Attribute(attribute) if attribute.kind == Kind::Complex => filter.check_among(attribute),
                Meaning::Attribute(_) => Err(refused(path, "has no parts")),
            },
        }
    }

    /// Whether it holds for a resource.
    pub fn matches(&self, definition: &Definition, resource: &Map<String, Value>) -> bool {
        self.holds(&|path| values_in(definition, resource, path))
    }

    /// Whether it holds for one value of `attribute`.
    pub(super) fn matches_value(&self, attribute: &'static Attribute, value: &Value) -> bool {
        self.holds(&|path| Found::in_value(find(attribute.parts, &path.name), value))
    }

    fn holds<'a>(&self, found: &dyn Fn(&AttributePath) -> Found<'a>) -> bool {
        match self {
            Self::And(all) => all.iter().all(|filter| filter.holds(found)),
            Self::Or(some) => some.iter().any(|filter| filter.holds(found)),
            Self::Not(filter) => !filter.holds(found),
            Self::Present(path) => !found(path).values.is_empty(),
            Self::Compare(comparison) => compares(&found(&comparison.path), comparison),
            Self::Among(path, filter) => {
                let found = found(path);
                let Some(attribute) = found.whole else { return false };
                found.elements.iter().any(|value| filter.matches_value(attribute, value))
            }
        }
    }
}

/// What a name in a filter is about.
enum Meaning {
    Attribute(&'static Attribute),
    /// Something of the standards that no resource has here.
    Ignored,
}

fn refused(path: &AttributePath, why: &str) -> ScimError {
    ScimError::bad(ScimType::InvalidFilter, format!("The filter cannot be used: `{path}` {why}."))
}

fn meaning(definition: &Definition, path: &AttributePath) -> Result<Meaning, ScimError> {
    match definition.resolve(path.urn.as_deref(), &path.name) {
        Named::Attribute(attribute, _) => match &path.part {
            None => Ok(Meaning::Attribute(attribute)),
            Some(part) => attribute.part(part).map(Meaning::Attribute).ok_or_else(|| refused(path, "is not known")),
        },
        Named::Ignored => Ok(Meaning::Ignored),
        Named::Extension(_) | Named::Refused(_) | Named::Unknown => Err(refused(path, "is not known")),
    }
}

fn part_of(attribute: &'static Attribute, path: &AttributePath) -> Result<Meaning, ScimError> {
    let part = if path.urn.is_none() && path.part.is_none() { attribute.part(&path.name) } else { None };
    part.map(Meaning::Attribute).ok_or_else(|| refused(path, "is not known"))
}

/// What is compared when a whole complex attribute is: its part `value` [RFC 7643 §2.4].
fn comparable(attribute: &'static Attribute) -> Option<&'static Attribute> {
    if attribute.kind == Kind::Complex { attribute.part("value") } else { Some(attribute) }
}

fn check_comparison(attribute: &'static Attribute, comparison: &Comparison) -> Result<(), ScimError> {
    use Operator::{Contains, EndsWith, Equal, NotEqual, StartsWith};
    let Comparison { path, operator, value } = comparison;
    let attribute = comparable(attribute).ok_or_else(|| refused(path, "has parts; compare one of them"))?;
    let is_equality = matches!(operator, Equal | NotEqual);
    let fits = match (attribute.kind, value) {
        (_, Literal::Null) | (Kind::Boolean, Literal::Boolean(_)) => is_equality,
        (Kind::Text | Kind::Reference, Literal::Text(_)) => true,
        (Kind::DateTime, Literal::Text(text)) => {
            micros(text).is_some() && !matches!(operator, Contains | StartsWith | EndsWith)
        }
        (Kind::Integer, Literal::Number(_)) => !matches!(operator, Contains | StartsWith | EndsWith),
        (Kind::Text | Kind::Reference | Kind::Boolean | Kind::Integer | Kind::DateTime | Kind::Complex, _) => false,
    };
    if fits { Ok(()) } else { Err(refused(path, "cannot be compared like this")) }
}

/// What a resource has of an attribute.
struct Found<'a> {
    /// The attribute, when it was named as a whole.
    whole: Option<&'static Attribute>,
    /// Its values, or the values of the part that was named.
    elements: Vec<&'a Value>,
    /// What is compared of those.
    values: Vec<&'a Value>,
    /// What kind of value those are.
    compared: Option<&'static Attribute>,
}

impl<'a> Found<'a> {
    const NOTHING: Self = Self { whole: None, elements: Vec::new(), values: Vec::new(), compared: None };

    /// Those of an attribute in an object.
    fn in_value(attribute: Option<&'static Attribute>, object: &'a Value) -> Self {
        match (attribute, object) {
            (Some(attribute), Value::Object(members)) => Self::in_object(attribute, members),
            (Some(_) | None, _) => Self::NOTHING,
        }
    }

    fn in_object(attribute: &'static Attribute, members: &'a Map<String, Value>) -> Self {
        let elements: Vec<_> = match members.get(attribute.name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(values)) => values.iter().collect(),
            Some(value) => vec![value],
        };
        let compared = comparable(attribute);
        let values = match compared {
            Some(part) if attribute.kind == Kind::Complex => {
                elements.iter().filter_map(|element| element.get(part.name)).collect()
            }
            Some(_) | None => elements.clone(),
        };
        Self { whole: Some(attribute), elements, values, compared }
    }

    fn part(self, part: &str) -> Self {
        let Some(attribute) = self.whole.and_then(|whole| whole.part(part)) else { return Self::NOTHING };
        let values: Vec<_> = self.elements.iter().filter_map(|element| element.get(attribute.name)).collect();
        Self { whole: None, elements: values.clone(), values, compared: Some(attribute) }
    }
}

fn values_in<'a>(definition: &Definition, resource: &'a Map<String, Value>, path: &AttributePath) -> Found<'a> {
    let Named::Attribute(attribute, extension) = definition.resolve(path.urn.as_deref(), &path.name) else {
        return Found::NOTHING;
    };
    let found = match extension {
        None => Found::in_object(attribute, resource),
        Some(extension) => match resource.get(extension.id) {
            Some(members) => Found::in_value(Some(attribute), members),
            None => Found::NOTHING,
        },
    };
    match &path.part {
        None => found,
        Some(part) => found.part(part),
    }
}

fn compares(found: &Found<'_>, comparison: &Comparison) -> bool {
    let Comparison { operator, value, .. } = comparison;
    let Some(attribute) = found.compared else {
        // Nothing has such a value: it equals nothing, and differs from everything.
        return matches!((operator, value), (Operator::Equal, Literal::Null) | (Operator::NotEqual, Literal::Text(_)))
            || matches!((operator, value), (Operator::NotEqual, Literal::Number(_) | Literal::Boolean(_)));
    };
    let any = |operator: Operator| found.values.iter().any(|own| compares_one(attribute, own, operator, value));
    match (operator, value) {
        (Operator::Equal, Literal::Null) => found.values.is_empty(),
        (Operator::NotEqual, Literal::Null) => !found.values.is_empty(),
        (Operator::NotEqual, _) => !any(Operator::Equal),
        (operator, _) => any(*operator),
    }
}

fn compares_one(attribute: &Attribute, own: &Value, operator: Operator, value: &Literal) -> bool {
    match (own, value) {
        (Value::Bool(own), Literal::Boolean(value)) => own == value,
        (Value::String(own), Literal::Text(value)) if attribute.kind == Kind::DateTime => {
            micros(own).zip(micros(value)).is_some_and(|(own, value)| is_ordered(operator, own.cmp(&value)))
        }
        (Value::String(own), Literal::Text(value)) => {
            let folded = |text: &str| if attribute.is_case_exact { text.to_owned() } else { text.to_lowercase() };
            let (own, value) = (folded(own), folded(value));
            match operator {
                Operator::Contains => own.contains(&value),
                Operator::StartsWith => own.starts_with(&value),
                Operator::EndsWith => own.ends_with(&value),
                operator => is_ordered(operator, own.cmp(&value)),
            }
        }
        (Value::Number(own), Literal::Number(value)) => own
            .as_i64()
            .zip(value.parse::<i64>().ok())
            .is_some_and(|(own, value)| is_ordered(operator, own.cmp(&value))),
        (_, _) => false,
    }
}

fn is_ordered(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::USER;

    fn resource() -> Value {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "2819c223",
            "externalId": "701984",
            "userName": "bjensen@example.com",
            "name": { "familyName": "Jensen", "givenName": "Barbara" },
            "displayName": "Babs Jensen",
            "active": true,
            "emails": [
                { "value": "bjensen@example.com", "type": "work", "primary": true },
                { "value": "babs@jensen.org", "type": "home" }
            ],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "organization": "RAA" },
            "meta": { "resourceType": "User", "created": "2010-01-23T04:56:22Z", "version": "W/\"3\"" }
        })
    }

    fn check(text: &str, expected: Option<bool>) {
        let resource = resource();
        let held =
            Filter::parse_for(&USER, text).ok().map(|filter| filter.matches(&USER, resource.as_object().unwrap()));
        assert_eq!(held, expected, "{text}");
    }

    #[test]
    fn every_operator_compares() {
        for (text, expected) in [
            (r#"userName eq "BJensen@example.com""#, true),
            (r#"userName ne "bjensen@example.com""#, false),
            (r#"userName co "JENSEN""#, true),
            (r#"userName sw "bj""#, true),
            (r#"userName ew ".com""#, true),
            (r#"userName gt "a""#, true),
            (r#"userName lt "a""#, false),
            (r#"userName ge "bjensen@example.com""#, true),
            (r#"userName le "bjensen@example.com""#, true),
            ("userName pr", true),
            ("active eq true", true),
            ("active ne true", false),
            ("active eq null", false),
            (r#"externalId eq "701984""#, true),
            (r#"id eq "2819C223""#, false),
            (r#"meta.created gt "2010-01-23T04:56:21Z""#, true),
            (r#"meta.created eq "2010-01-23T05:56:22+01:00""#, true),
            (r#"meta.created lt "2010-01-23T04:56:22Z""#, false),
            (r#"meta.resourceType eq "User""#, true),
            (r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#, true),
        ] {
            check(text, Some(expected));
        }
    }

    #[test]
    fn parts_values_and_extensions_are_reached() {
        for (text, expected) in [
            (r#"name.familyName co "ens""#, true),
            (r#"emails eq "babs@jensen.org""#, true),
            (r#"emails.value eq "babs@jensen.org""#, true),
            (r#"emails[type eq "work" and value co "@example.com"]"#, true),
            (r#"emails[type eq "work" and value co "@jensen.org"]"#, false),
            (r#"emails[type eq "home"].value eq "babs@jensen.org""#, true),
            (r#"emails[not (type pr)]"#, false),
            (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "b""#, true),
            (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:ORGANIZATION eq "raa""#, true),
            (r#"title eq "Nurse""#, false),
            (r#"title ne "Nurse""#, true),
            ("title pr", false),
            ("not (title pr)", true),
            (r#"userName sw "x" or (active eq true and name pr)"#, true),
        ] {
            check(text, Some(expected));
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        for text in [
            r#"shoeSize eq "9""#,
            r#"password eq "x""#,
            r#"x509Certificates pr"#,
            "userName eq 1",
            "userName gt null",
            "active gt true",
            r#"active eq "true""#,
            r#"name eq "Jensen""#,
            r#"meta.created co "2010""#,
            r#"meta.created gt "yesterday""#,
            r#"userName[value eq "x"]"#,
            r#"emails[colour eq "x"]"#,
            r#"emails.colour eq "x""#,
            r#"urn:other:userName eq "x""#,
            r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        ] {
            check(text, None);
        }
    }
}
