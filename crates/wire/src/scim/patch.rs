//! Partial changes [RFC 7644 §3.5.2].
//!
//! They are worked out on the resource as it is published, one after the other, and what comes of them is read again as a whole:
//! what a PATCH may bring about is what a PUT may.

use serde_json::{Map, Value};

use super::PATCH_SCHEMA;
use super::definition::{Attribute, Definition, Mutability, Named, Schema, find};
use super::error::{ScimError, ScimType};
use super::filter::{Comparison, Filter, Literal, Operator};
use super::normal::{MOST_VALUES, member, one, require_schema, too_many, typed};
use super::path::{AttributePath, PatchPath};

/// How many operations a request may have.
const MOST_OPERATIONS: usize = 1_000;

/// A list of partial changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// The changes, in order.
    pub operations: Vec<PatchOperation>,
}

/// One partial change.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchOperation {
    /// What is done.
    pub verb: Verb,
    /// To what; without it, to the resource.
    pub path: Option<PatchPath>,
    /// With what.
    pub value: Option<Value>,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Something is added [RFC 7644 §3.5.2.1].
    Add,
    /// Something is taken away [RFC 7644 §3.5.2.2].
    Remove,
    /// Something takes another's place [RFC 7644 §3.5.2.3].
    Replace,
}

impl Patch {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// `invalidSyntax`, `invalidPath` or `invalidFilter`.
    pub fn parse(body: &Map<String, Value>) -> Result<Self, ScimError> {
        require_schema(body, PATCH_SCHEMA)?;
        let operations = member(body, "Operations").and_then(Value::as_array);
        let operations = operations.ok_or_else(|| ScimError::syntax("`Operations` must be a list."))?;
        if operations.is_empty() || operations.len() > MOST_OPERATIONS {
            return Err(ScimError::syntax(format!("`Operations` must have from 1 to {MOST_OPERATIONS} of them.")));
        }
        Ok(Self { operations: operations.iter().map(PatchOperation::parse).collect::<Result<_, _>>()? })
    }

    /// Makes the changes to `resource`, which is as it was written by its type.
    ///
    /// # Errors
    /// What one of them asks for cannot be; then `resource` is worth nothing.
    pub fn apply(&self, definition: &Definition, resource: &mut Map<String, Value>) -> Result<(), ScimError> {
        self.operations.iter().try_for_each(|operation| operation.apply(definition, resource))
    }
}

impl PatchOperation {
    fn parse(operation: &Value) -> Result<Self, ScimError> {
        let operation = operation.as_object().ok_or_else(|| ScimError::syntax("An operation must be an object."))?;
        let verb = member(operation, "op").and_then(Value::as_str).unwrap_or_default();
        let verb = [("add", Verb::Add), ("remove", Verb::Remove), ("replace", Verb::Replace)]
            .into_iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(verb))
            .ok_or_else(|| ScimError::syntax("`op` must be `add`, `remove` or `replace`."))?
            .1;
        let path = match member(operation, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(PatchPath::parse(path)?),
            Some(_) => return Err(ScimError::syntax("`path` must be a text.")),
        };
        Ok(Self { verb, path, value: member(operation, "value").cloned() })
    }

    fn apply(&self, definition: &Definition, resource: &mut Map<String, Value>) -> Result<(), ScimError> {
        let Some(path) = &self.path else { return self.apply_to_all(definition, resource) };
        let invalid = |why: &str| Err(ScimError::bad(ScimType::InvalidPath, format!("`{}` {why}.", path.attribute)));
        match definition.resolve(path.attribute.urn.as_deref(), &path.attribute.name) {
            Named::Attribute(attribute, extension) => {
                let part = match path.part.as_ref().or(path.attribute.part.as_ref()) {
                    None => None,
                    Some(name) => match attribute.part(name) {
                        Some(part) => Some(part),
                        // Such as a prefix of a name, which the standard has and we do not keep.
                        None if attribute.mutability == Mutability::ReadWrite && path.filter.is_none() => return Ok(()),
                        None => return invalid("has no such part"),
                    },
                };
                if let Some(filter) = &path.filter {
                    if !attribute.is_multiple {
                        return invalid("has no values to choose among");
                    }
                    filter.check_among(attribute)?;
                }
                let target = Target { attribute, extension, filter: path.filter.as_ref(), part };
                self.apply_at(&target, resource)
            }
            Named::Extension(_) if path.filter.is_some() => invalid("has no values to choose among"),
            Named::Extension(extension) => self.apply_to_extension(extension, resource),
            Named::Ignored => Ok(()),
            Named::Refused(name) => Err(not_changed(name)),
            Named::Unknown => invalid("is not known"),
        }
    }

    /// Without a path the value has the attributes; what no client changes in it is ignored, as in a whole resource.
    fn apply_to_all(&self, definition: &Definition, resource: &mut Map<String, Value>) -> Result<(), ScimError> {
        if self.verb == Verb::Remove {
            return Err(ScimError::bad(ScimType::NoTarget, "`remove` needs a path."));
        }
        let value = self.value.as_ref().and_then(Value::as_object);
        let value = value.ok_or_else(|| ScimError::value("Without a path, `value` must be an object."))?;
        for (name, value) in value {
            let Ok(path) = AttributePath::parse(name) else { continue };
            match definition.resolve(path.urn.as_deref(), &path.name) {
                Named::Attribute(attribute, extension) if attribute.mutability != Mutability::ReadOnly => {
                    let part = match &path.part {
                        None => None,
                        Some(part) => match attribute.part(part) {
                            Some(part) => Some(part),
                            None => continue,
                        },
                    };
                    let operation = Self { verb: self.verb, path: None, value: Some(value.clone()) };
                    operation.apply_at(&Target { attribute, extension, filter: None, part }, resource)?;
                }
                Named::Extension(extension) => {
                    let operation = Self { verb: self.verb, path: None, value: Some(value.clone()) };
                    operation.apply_to_extension(extension, resource)?;
                }
                Named::Attribute(..) | Named::Ignored | Named::Refused(_) | Named::Unknown => {}
            }
        }
        Ok(())
    }

    fn apply_to_extension(
        &self,
        extension: &'static Schema,
        resource: &mut Map<String, Value>,
    ) -> Result<(), ScimError> {
        if self.verb == Verb::Remove {
            return match extension.attributes.iter().find(|attribute| attribute.is_required) {
                Some(required) if resource.contains_key(extension.id) => Err(not_removed(required)),
                Some(_) | None => {
                    resource.remove(extension.id);
                    Ok(())
                }
            };
        }
        let value = self.value.as_ref().and_then(Value::as_object);
        let value = value.ok_or_else(|| ScimError::value(format!("`{}` must be an object.", extension.id)))?;
        for (name, value) in value {
            if let Some(attribute) = find(extension.attributes, name) {
                let operation = Self { verb: self.verb, path: None, value: Some(value.clone()) };
                let target = Target { attribute, extension: Some(extension), filter: None, part: None };
                operation.apply_at(&target, resource)?;
            }
        }
        Ok(())
    }

    fn apply_at(&self, target: &Target<'_>, resource: &mut Map<String, Value>) -> Result<(), ScimError> {
        if target.attribute.name == "schemas" {
            return Ok(());
        }
        if target.attribute.mutability == Mutability::ReadOnly {
            return Err(not_changed(target.attribute.name));
        }
        if let Some(part) = target.part
            && (part.mutability == Mutability::ReadOnly || part.mutability == Mutability::Immutable)
        {
            return Err(not_changed(part.name));
        }
        let Some(extension) = target.extension else { return self.change(target, resource) };
        let members = resource.entry(extension.id).or_insert_with(|| Map::new().into());
        let members = members.as_object_mut().ok_or_else(|| ScimError::value("An extension must be an object."))?;
        self.change(target, members)?;
        if members.is_empty() {
            resource.remove(extension.id);
        }
        Ok(())
    }

    fn change(&self, target: &Target<'_>, members: &mut Map<String, Value>) -> Result<(), ScimError> {
        let nothing = self.value.as_ref().is_some_and(Value::is_null);
        match (self.verb, &self.value) {
            (Verb::Remove, value) => target.remove(members, value.as_ref().filter(|value| !value.is_null())),
            (Verb::Replace, Some(_)) if nothing => target.remove(members, None),
            (Verb::Add, Some(_)) if nothing => Ok(()),
            (Verb::Add | Verb::Replace, None) => Err(ScimError::value("`value` is missing.")),
            (verb, Some(value)) => target.put(verb, members, value.clone()),
        }
    }
}

fn not_changed(name: &str) -> ScimError {
    ScimError::bad(ScimType::Mutability, format!("`{name}` is not changed by clients."))
}

fn not_removed(attribute: &Attribute) -> ScimError {
    ScimError::bad(ScimType::Mutability, format!("`{}` is required, so it cannot be removed.", attribute.name))
}

/// What an operation is about, found in the schemas.
struct Target<'a> {
    attribute: &'static Attribute,
    extension: Option<&'static Schema>,
    filter: Option<&'a Filter>,
    part: Option<&'static Attribute>,
}

impl Target<'_> {
    fn is_meant(&self, value: &Value) -> bool {
        self.filter.is_none_or(|filter| filter.matches_value(self.attribute, value))
    }

    fn remove(&self, members: &mut Map<String, Value>, listed: Option<&Value>) -> Result<(), ScimError> {
        let name = self.attribute.name;
        let Some(kept) = members.get_mut(name) else { return Ok(()) };
        if let Some(part) = self.part {
            if part.is_required {
                return Err(not_removed(part));
            }
            let mut objects: Vec<&mut Map<String, Value>> = Vec::new();
            match &mut *kept {
                Value::Array(values) => {
                    let meant = values.iter_mut().filter(|value| self.is_meant(value));
                    objects.extend(meant.filter_map(Value::as_object_mut));
                }
                single => objects.extend(single.as_object_mut()),
            }
            for object in objects {
                object.remove(part.name);
            }
        } else if let Value::Array(values) = kept
            && (self.filter.is_some() || listed.is_some())
        {
            // Some clients list what they mean beside the path: without this, all of it would go.
            let listed = listed.map(|listed| listed_values(self.attribute, listed)).transpose()?;
            values.retain(|value| {
                !self.is_meant(value)
                    || listed.as_ref().is_some_and(|listed| !listed.iter().any(|one| same(one, value)))
            });
        } else {
            *kept = Value::Null;
        }
        let is_empty = match kept {
            Value::Null => true,
            Value::Array(values) => {
                values.retain(|value| value.as_object().is_none_or(|members| !members.is_empty()));
                values.is_empty()
            }
            Value::Object(members) => members.is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        };
        if is_empty && self.attribute.is_required {
            return Err(not_removed(self.attribute));
        }
        if is_empty {
            members.remove(name);
        }
        Ok(())
    }

    fn put(&self, verb: Verb, members: &mut Map<String, Value>, value: Value) -> Result<(), ScimError> {
        match (self.filter, self.part) {
            (None, None) if self.attribute.is_multiple => self.put_values(verb, members, value),
            (None, None) => self.put_single(members, value),
            (None, Some(part)) if !self.attribute.is_multiple => {
                let object = members.entry(self.attribute.name).or_insert_with(|| Map::new().into());
                if let (Some(object), Some(value)) = (object.as_object_mut(), typed(part, value)?) {
                    object.insert(part.name.to_owned(), value);
                }
                Ok(())
            }
            (_, _) => self.put_into_values(verb, members, value),
        }
    }

    /// A complex value is merged into the one that is there [RFC 7644 §3.5.2.1, §3.5.2.3].
    fn put_single(&self, members: &mut Map<String, Value>, value: Value) -> Result<(), ScimError> {
        let Some(value) = typed(self.attribute, value)? else { return self.remove(members, None) };
        match (members.get_mut(self.attribute.name), value) {
            (Some(Value::Object(kept)), Value::Object(new)) => kept.extend(new),
            (_, value) => {
                members.insert(self.attribute.name.to_owned(), value);
            }
        }
        Ok(())
    }

    fn put_values(&self, verb: Verb, members: &mut Map<String, Value>, value: Value) -> Result<(), ScimError> {
        let new = listed_values(self.attribute, &value)?;
        if verb == Verb::Replace {
            if new.is_empty() {
                return self.remove(members, None);
            }
            members.insert(self.attribute.name.to_owned(), new.into());
            return Ok(());
        }
        let kept = members.entry(self.attribute.name).or_insert_with(|| Vec::<Value>::new().into());
        let Some(kept) = kept.as_array_mut() else { return Ok(()) };
        if kept.len() + new.len() > MOST_VALUES {
            return Err(too_many(self.attribute));
        }
        if new.iter().any(is_primary) {
            kept.iter_mut().for_each(demote);
        }
        for value in new {
            match kept.iter_mut().find(|own| same(own, &value)) {
                Some(Value::Object(own)) => {
                    if let Value::Object(value) = value {
                        own.extend(value);
                    }
                }
                Some(_) => {}
                None => kept.push(value),
            }
        }
        if kept.is_empty() {
            members.remove(self.attribute.name);
        }
        Ok(())
    }

    /// Changes those of several values that are meant.
    fn put_into_values(&self, verb: Verb, members: &mut Map<String, Value>, value: Value) -> Result<(), ScimError> {
        let new = match self.part {
            Some(part) => typed(part, value)?.map(|value| Map::from_iter([(part.name.to_owned(), value)])),
            None => match one(self.attribute, value)? {
                Some(Value::Object(members)) => Some(members),
                Some(_) | None => None,
            },
        };
        let new = new.ok_or_else(|| ScimError::value("`value` is empty."))?;
        let kept = members.entry(self.attribute.name).or_insert_with(|| Vec::<Value>::new().into());
        let Some(kept) = kept.as_array_mut() else { return Ok(()) };
        let makes_primary = new.get("primary").is_some_and(|primary| primary == &Value::Bool(true));
        let mut is_found = false;
        for value in kept.iter_mut() {
            if self.is_meant(value) {
                is_found = true;
                if let Value::Object(own) = value {
                    own.extend(new.clone());
                }
            } else if makes_primary {
                demote(value);
            }
        }
        if is_found {
            return Ok(());
        }
        // [RFC 7644 §3.5.2.3]: to replace what is not there is an error; to add it, where the filter says what it is like, is not.
        match self.filter.filter(|_| verb == Verb::Add).and_then(|filter| described(self.attribute, filter)) {
            Some(mut described) if kept.len() < MOST_VALUES => {
                described.extend(new);
                kept.push(described.into());
                Ok(())
            }
            Some(_) => Err(too_many(self.attribute)),
            None => {
                if kept.is_empty() {
                    members.remove(self.attribute.name);
                }
                Err(ScimError::bad(ScimType::NoTarget, "The path leads to no value."))
            }
        }
    }
}

/// The values that are sent for an attribute that has several; a single one may stand alone.
fn listed_values(attribute: &'static Attribute, value: &Value) -> Result<Vec<Value>, ScimError> {
    let value = if value.is_object() { vec![value.clone()].into() } else { value.clone() };
    match typed(attribute, value)? {
        Some(Value::Array(values)) => Ok(values),
        Some(_) | None => Ok(Vec::new()),
    }
}

/// Whether two values of an attribute are the same one: by their `value`, where they have that.
fn same(one: &Value, other: &Value) -> bool {
    match (one.get("value"), other.get("value")) {
        (Some(one), Some(other)) => one == other,
        (Some(_) | None, _) => one == other,
    }
}

fn is_primary(value: &Value) -> bool {
    value.get("primary").is_some_and(|primary| primary == &Value::Bool(true))
}

fn demote(value: &mut Value) {
    if let Some(primary) = value.get_mut("primary") {
        *primary = false.into();
    }
}

/// A value of which `filter` holds, when all that it says is what parts are equal to.
fn described(attribute: &'static Attribute, filter: &Filter) -> Option<Map<String, Value>> {
    let mut value = Map::new();
    for conjunct in filter.conjuncts() {
        let Filter::Compare(Comparison { path, operator: Operator::Equal, value: literal }) = conjunct else {
            return None;
        };
        let part = attribute.part(&path.name)?;
        let literal = match literal {
            Literal::Text(text) => Value::from(text.as_str()),
            Literal::Boolean(literal) => Value::from(*literal),
            Literal::Number(_) | Literal::Null => return None,
        };
        value.insert(part.name.to_owned(), literal);
    }
    Some(value)
}

#[cfg(test)]
#[path = "patch_tests.rs"]
mod tests;
