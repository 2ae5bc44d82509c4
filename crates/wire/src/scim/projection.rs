//! Which attributes an answer has [RFC 7644 §3.9].

use serde_json::{Map, Value};

use super::definition::{Attribute, Definition, Named, Returned, Schema};
use super::error::{ScimError, ScimType};
use super::path::AttributePath;

/// How many attributes a request may name.
const MOST: usize = 100;

/// Which attributes an answer has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Projection {
    /// All.
    #[default]
    All,
    /// These, and those that each answer has.
    Only(Vec<AttributePath>),
    /// All but these.
    Without(Vec<AttributePath>),
}

impl Projection {
    /// Reads the two lists, of which a request has one at most.
    ///
    /// # Errors
    /// `invalidValue`: there are both, one is too long, or something in it is no name.
    pub(super) fn parse(only: Option<Vec<&str>>, without: Option<Vec<&str>>) -> Result<Self, ScimError> {
        match (only, without) {
            (None, None) => Ok(Self::All),
            (Some(only), None) => names(&only).map(Self::Only),
            (None, Some(without)) => names(&without).map(Self::Without),
            (Some(_), Some(_)) => {
                Err(ScimError::bad(ScimType::InvalidValue, "`attributes` and `excludedAttributes` exclude each other."))
            }
        }
    }

    /// Whether an answer has the attribute `name`, or some of it.
    pub fn includes(&self, name: &str) -> bool {
        let named = |path: &AttributePath| path.name.eq_ignore_ascii_case(name);
        match self {
            Self::All => true,
            Self::Only(only) => only.iter().any(named),
            Self::Without(without) => !without.iter().any(|path| named(path) && path.part.is_none()),
        }
    }

    /// Leaves of `resource` what the answer has. A name that means nothing is no error; what is not published is in no answer.
    pub fn apply(&self, definition: &Definition, mut resource: Map<String, Value>) -> Map<String, Value> {
        strip(definition.schema.attributes, &mut resource);
        match self {
            Self::All => resource,
            Self::Only(only) => only_these(definition, resource, only),
            Self::Without(without) => without_these(definition, resource, without),
        }
    }
}

/// Takes out what is not published.
fn strip(attributes: &'static [Attribute], resource: &mut Map<String, Value>) {
    for attribute in attributes {
        for part in attribute.parts.iter().filter(|part| !part.is_published) {
            if let Some(Value::Array(values)) = resource.get_mut(attribute.name) {
                values.iter_mut().filter_map(Value::as_object_mut).for_each(|value| {
                    value.remove(part.name);
                });
            }
        }
    }
}

fn names(list: &[&str]) -> Result<Vec<AttributePath>, ScimError> {
    let bad = |why| ScimError::bad(ScimType::InvalidValue, why);
    if list.len() > MOST {
        return Err(bad("The list of attributes is too long."));
    }
    let read =
        |name: &&str| AttributePath::parse(name.trim()).map_err(|_| bad("The list of attributes cannot be read."));
    list.iter().filter(|name| !name.trim().is_empty()).map(read).collect()
}

/// What a name of the list means: an attribute, perhaps of an extension, and perhaps a part of it; or a whole extension.
enum Meant {
    Attribute(&'static Attribute, Option<&'static Schema>, Option<&'static Attribute>),
    Extension(&'static Schema),
}

fn meant(definition: &Definition, path: &AttributePath) -> Option<Meant> {
    match definition.resolve(path.urn.as_deref(), &path.name) {
        Named::Attribute(attribute, extension) => match &path.part {
            None => Some(Meant::Attribute(attribute, extension, None)),
            Some(part) => Some(Meant::Attribute(attribute, extension, Some(attribute.part(part)?))),
        },
        Named::Extension(extension) => Some(Meant::Extension(extension)),
        Named::Ignored | Named::Refused(_) | Named::Unknown => None,
    }
}

fn only_these(definition: &Definition, mut from: Map<String, Value>, only: &[AttributePath]) -> Map<String, Value> {
    let mut kept = Map::new();
    for always in ["schemas", "id"] {
        if let Some((name, value)) = from.remove_entry(always) {
            kept.insert(name, value);
        }
    }
    for path in only {
        match meant(definition, path) {
            None => {}
            Some(Meant::Extension(extension)) => {
                if let Some(value) = from.get(extension.id) {
                    kept.insert(extension.id.to_owned(), value.clone());
                }
            }
            Some(Meant::Attribute(attribute, extension, part)) => {
                let source = match extension {
                    None => from.get(attribute.name),
                    Some(extension) => from.get(extension.id).and_then(|members| members.get(attribute.name)),
                };
                let Some(value) = source.cloned() else { continue };
                let target = match extension {
                    None => Some(&mut kept),
                    Some(extension) => kept.entry(extension.id).or_insert_with(|| Map::new().into()).as_object_mut(),
                };
                let Some(target) = target else { continue };
                match part {
                    None => {
                        target.insert(attribute.name.to_owned(), value);
                    }
                    Some(part) => take_part(target, attribute, part, &value),
                }
            }
        }
    }
    kept
}

/// Adds one part of `value` to what is kept of it.
fn take_part(target: &mut Map<String, Value>, attribute: &Attribute, part: &Attribute, value: &Value) {
    let one = |value: &Value| {
        let taken = value.get(part.name).map(|taken| (part.name.to_owned(), taken.clone()));
        Map::from_iter(taken)
    };
    match (value, target.get_mut(attribute.name)) {
        (Value::Array(values), Some(Value::Array(kept))) => {
            for (kept, value) in kept.iter_mut().zip(values) {
                if let Value::Object(kept) = kept {
                    kept.extend(one(value));
                }
            }
        }
        (Value::Array(values), _) => {
            let parts: Vec<Value> = values.iter().map(|value| one(value).into()).collect();
            target.insert(attribute.name.to_owned(), parts.into());
        }
        (value, Some(Value::Object(kept))) => kept.extend(one(value)),
        (value, _) => {
            target.insert(attribute.name.to_owned(), one(value).into());
        }
    }
}

fn without_these(
    definition: &Definition,
    mut resource: Map<String, Value>,
    without: &[AttributePath],
) -> Map<String, Value> {
    for path in without {
        match meant(definition, path) {
            Some(Meant::Extension(extension)) => {
                resource.remove(extension.id);
            }
            Some(Meant::Attribute(attribute, extension, part)) if attribute.returned != Returned::Always => {
                let members = match extension {
                    None => Some(&mut resource),
                    Some(extension) => resource.get_mut(extension.id).and_then(Value::as_object_mut),
                };
                let Some(members) = members else { continue };
                match (part, members.get_mut(attribute.name)) {
                    (None, _) => {
                        members.remove(attribute.name);
                    }
                    (Some(part), Some(Value::Array(values))) => {
                        values.iter_mut().filter_map(Value::as_object_mut).for_each(|value| {
                            value.remove(part.name);
                        });
                    }
                    (Some(part), Some(Value::Object(value))) => {
                        value.remove(part.name);
                    }
                    (Some(_), _) => {}
                }
            }
            Some(Meant::Attribute(..)) | None => {}
        }
    }
    resource
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scim::{ENTERPRISE_SCHEMA, USER};

    fn check(only: &str, without: &str, expected: Value) {
        let resource = json!({
            "schemas": ["s"], "id": "1", "userName": "nia", "name": { "familyName": "Rowe", "givenName": "Nia" },
            "emails": [{ "value": "a", "type": "work", "primary": true }],
            ENTERPRISE_SCHEMA: { "organization": "RAA" }, "meta": { "version": "1" }
        });
        let list = |text: &'static str| (!text.is_empty()).then(|| text.split(',').collect::<Vec<_>>());
        let projection = Projection::parse(list(only.to_owned().leak()), list(without.to_owned().leak())).unwrap();
        let left = projection.apply(&USER, resource.as_object().unwrap().clone());
        assert_eq!(Value::from(left), expected, "{only} without {without}");
    }

    #[test]
    fn only_what_is_named_is_left() {
        check("username", "", json!({ "schemas": ["s"], "id": "1", "userName": "nia" }));
        check(
            "name.givenName, name.familyName",
            "",
            json!({ "schemas": ["s"], "id": "1", "name": { "familyName": "Rowe", "givenName": "Nia" } }),
        );
        check("name.givenName", "", json!({ "schemas": ["s"], "id": "1", "name": { "givenName": "Nia" } }));
        check("emails.value", "", json!({ "schemas": ["s"], "id": "1", "emails": [{ "value": "a" }] }));
        check(
            ENTERPRISE_SCHEMA,
            "",
            json!({ "schemas": ["s"], "id": "1", ENTERPRISE_SCHEMA: { "organization": "RAA" } }),
        );
        check(
            &format!("{ENTERPRISE_SCHEMA}:organization"),
            "",
            json!({ "schemas": ["s"], "id": "1", ENTERPRISE_SCHEMA: { "organization": "RAA" } }),
        );
        check("emails", "", json!({ "schemas": ["s"], "id": "1", "emails": [{ "value": "a", "type": "work" }] }));
        check("shoeSize", "", json!({ "schemas": ["s"], "id": "1" }));
    }

    #[test]
    fn what_is_excluded_goes_but_for_what_each_answer_has() {
        check(
            "",
            "id,schemas,meta,emails,userName,name.givenName",
            json!({
                "schemas": ["s"], "id": "1", "name": { "familyName": "Rowe" }, ENTERPRISE_SCHEMA: { "organization": "RAA" }
            }),
        );
        check(
            "",
            &format!("{ENTERPRISE_SCHEMA},emails.type,name,meta,userName"),
            json!({
                "schemas": ["s"], "id": "1", "emails": [{ "value": "a" }]
            }),
        );
    }

    #[test]
    fn both_lists_at_once_and_endless_ones_are_refused() {
        assert!(Projection::parse(Some(vec!["a"]), Some(vec!["b"])).is_err());
        assert!(Projection::parse(Some(vec!["a b"]), None).is_err());
        assert!(Projection::parse(Some(vec!["a"; 101]), None).is_err());
    }

    #[test]
    fn it_is_known_whether_an_attribute_is_wanted() {
        let projection = |only, without| Projection::parse(only, without).unwrap();
        assert!(projection(None, None).includes("members"));
        assert!(!projection(None, Some(vec!["Members"])).includes("members"));
        assert!(projection(None, Some(vec!["members.type"])).includes("members"));
        assert!(projection(Some(vec!["members.value"]), None).includes("members"));
        assert!(!projection(Some(vec!["displayName"]), None).includes("members"));
    }
}
