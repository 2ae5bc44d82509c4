//! A resource as a client writes it, brought into the form in which it is published.

use serde_json::{Map, Value};

use super::definition::{Attribute, Definition, Kind, Mutability, Named, Schema, find};
use super::error::ScimError;
use super::path::AttributePath;

/// The longest text that an attribute may have, in characters.
const LONGEST_TEXT: usize = 1_024;
/// How many values an attribute may have.
pub(super) const MOST_VALUES: usize = 10_000;

/// The attributes of a resource that a client sends whole: checked, with the names of the standard, and without what is not kept.
///
/// What only the server changes is ignored [RFC 7644 §3.3, §3.5.1], and so is what is not in the schemas.
///
/// # Errors
/// `invalidSyntax` for something that is no resource of the kind, `invalidValue` for an attribute that does not fit.
pub(super) fn resource(definition: &Definition, sent: Map<String, Value>) -> Result<Map<String, Value>, ScimError> {
    require_schema(&sent, definition.schema.id)?;
    let mut normal = Map::new();
    for (name, value) in sent {
        let Ok(path) = AttributePath::parse(&name) else { continue };
        match definition.resolve(path.urn.as_deref(), &path.name) {
            Named::Attribute(attribute, extension) if path.part.is_none() => {
                put(&mut normal, attribute, extension, value)?;
            }
            Named::Extension(extension) => {
                let Value::Object(members) = value else {
                    if value.is_null() {
                        continue;
                    }
                    return Err(ScimError::value(format!("`{}` must be an object.", extension.id)));
                };
                for (name, value) in members {
                    if let Some(attribute) = find(extension.attributes, &name) {
                        put(&mut normal, attribute, Some(extension), value)?;
                    }
                }
            }
            Named::Attribute(..) | Named::Ignored | Named::Refused(_) | Named::Unknown => {}
        }
    }
    Ok(normal)
}

/// Whether a message says that it is of the schema `urn` [RFC 7643 §3].
pub(super) fn require_schema(sent: &Map<String, Value>, urn: &str) -> Result<(), ScimError> {
    let says = member(sent, "schemas")
        .and_then(Value::as_array)
        .is_some_and(|urns| urns.iter().filter_map(Value::as_str).any(|one| one.eq_ignore_ascii_case(urn)));
    if says { Ok(()) } else { Err(ScimError::syntax(format!("`schemas` must have `{urn}` in it."))) }
}

/// The member of this name; capitals do not count [RFC 7643 §2.1].
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| object.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn put(
    normal: &mut Map<String, Value>,
    attribute: &'static Attribute,
    extension: Option<&'static Schema>,
    value: Value,
) -> Result<(), ScimError> {
    if attribute.mutability == Mutability::ReadOnly || attribute.name == "schemas" {
        return Ok(());
    }
    let Some(value) = typed(attribute, value)? else { return Ok(()) };
    let twice = || ScimError::syntax(format!("`{}` is there twice.", attribute.name));
    let members = match extension {
        None => normal,
        Some(extension) => {
            let members = normal.entry(extension.id).or_insert_with(|| Map::new().into());
            members.as_object_mut().ok_or_else(twice)?
        }
    };
    match members.insert(attribute.name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(twice()),
    }
}

/// The value as `attribute` has it; nothing for what leaves it without one [RFC 7643 §2.5].
///
/// # Errors
/// `invalidValue`
pub(super) fn typed(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    if !attribute.is_multiple {
        return one(attribute, value);
    }
    match value {
        Value::Null => Ok(None),
        Value::Array(values) if values.len() > MOST_VALUES => Err(too_many(attribute)),
        Value::Array(values) => {
            let values = values.into_iter().map(|value| one(attribute, value));
            let values: Vec<_> = values.filter_map(Result::transpose).collect::<Result<_, _>>()?;
            Ok(if values.is_empty() { None } else { Some(values.into()) })
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Err(ScimError::value(format!("`{}` must be a list.", attribute.name)))
        }
    }
}

pub(super) fn too_many(attribute: &Attribute) -> ScimError {
    ScimError::value(format!("`{}` has more than {MOST_VALUES} values.", attribute.name))
}

/// The same for one of several values.
pub(super) fn one(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    let wrong = |what: &str| Err(ScimError::value(format!("`{}` must be {what}.", attribute.name)));
    if value.is_null() {
        return Ok(None);
    }
    match attribute.kind {
        Kind::Text | Kind::Reference | Kind::DateTime => match value {
            Value::String(text) if text.chars().count() > LONGEST_TEXT => wrong("shorter"),
            Value::String(text) if text.chars().any(char::is_control) => wrong("without control characters"),
            Value::String(text) => Ok(Some(text.into())),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => wrong("a text"),
        },
        // Microsoft Entra has long sent these as texts.
        Kind::Boolean => match &value {
            Value::Bool(_) => Ok(Some(value)),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true.into())),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false.into())),
            Value::Null | Value::String(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                wrong("true or false")
            }
        },
        Kind::Integer => {
            if value.is_i64() {
                Ok(Some(value))
            } else {
                wrong("a whole number")
            }
        }
        Kind::Complex => {
            let Value::Object(sent) = value else { return wrong("an object") };
            let mut members = Map::new();
            for (name, value) in sent {
                let Some(part) = attribute.part(&name).filter(|part| part.mutability != Mutability::ReadOnly) else {
                    continue;
                };
                let Some(value) = typed(part, value)? else { continue };
                if members.insert(part.name.to_owned(), value).is_some() {
                    return Err(ScimError::syntax(format!("`{}` is there twice.", part.name)));
                }
            }
            Ok(if members.is_empty() { None } else { Some(members.into()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::{ENTERPRISE_SCHEMA, ScimType, USER, USER_SCHEMA};

    fn normal(sent: Value) -> Result<Value, ScimError> {
        resource(&USER, sent.as_object().unwrap().clone()).map(Value::from)
    }

    #[test]
    fn names_are_those_of_the_standard_and_the_rest_is_dropped() {
        let sent = json!({
            "SCHEMAS": [USER_SCHEMA.to_uppercase()],
            "id": "mine", "meta": { "version": "x" }, "password": "secret", "title": "Nurse", "shoeSize": 42,
            "USERNAME": "nia", "displayname": null, "Name": { "FAMILYNAME": "Rowe", "honorificPrefix": "Dr" },
            "active": "False", "emails": [],
            ENTERPRISE_SCHEMA.to_uppercase(): { "Organization": "RAA", "department": "x" }
        });
        let expected = json!({
            "userName": "nia", "name": { "familyName": "Rowe" }, "active": false,
            ENTERPRISE_SCHEMA: { "organization": "RAA" }
        });
        assert_eq!(normal(sent), Ok(expected));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let user = |member: &str, value: Value| json!({ "schemas": [USER_SCHEMA], member: value });
        for (sent, kind) in [
            (json!({ "userName": "nia" }), ScimType::InvalidSyntax),
            (json!({ "schemas": USER_SCHEMA, "userName": "nia" }), ScimType::InvalidSyntax),
            (json!({ "schemas": ["urn:other"], "userName": "nia" }), ScimType::InvalidSyntax),
            (json!({ "schemas": [USER_SCHEMA], "userName": "nia", "username": "nia" }), ScimType::InvalidSyntax),
            (user("userName", json!(1)), ScimType::InvalidValue),
            (user("userName", json!("a\u{0}")), ScimType::InvalidValue),
            (user("userName", json!("x".repeat(1_025))), ScimType::InvalidValue),
            (user("active", json!("perhaps")), ScimType::InvalidValue),
            (user("name", json!("Nia")), ScimType::InvalidValue),
            (user("emails", json!({ "value": "a@b.example" })), ScimType::InvalidValue),
            (user("emails", json!(["a@b.example"])), ScimType::InvalidValue),
            (user(ENTERPRISE_SCHEMA, json!("RAA")), ScimType::InvalidValue),
        ] {
            assert_eq!(normal(sent.clone()).unwrap_err().scim_type, Some(kind), "{sent}");
        }
    }
}
