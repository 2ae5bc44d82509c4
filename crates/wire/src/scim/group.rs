//! Groups [RFC 7643 §4.2].

use serde_json::{Map, Value, json};

use super::error::ScimError;
use super::normal;
use super::published::GROUP;
use super::user::body as object;

/// What is said of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// What it is called.
    pub display_name: String,
    /// What the client calls it.
    pub external_id: Option<String>,
    /// Who is in it.
    pub members: Vec<Member>,
}

/// Somebody who is in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The identifier of the person.
    pub value: String,
    /// Where the person is.
    pub reference: Option<String>,
}

impl Group {
    /// Reads a resource that a client sends whole.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidValue`.
    pub fn parse(body: &[u8]) -> Result<Self, ScimError> {
        Self::of_sent(object(body)?)
    }

    /// Reads one that is in an operation of a bulk request.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidValue`.
    pub fn of_sent(sent: Map<String, Value>) -> Result<Self, ScimError> {
        Self::of_normal(&normal::resource(&GROUP, sent)?)
    }

    /// Reads what PATCH operations have made of a resource that [`Group::write`] wrote.
    ///
    /// # Errors
    /// `invalidValue`: something that is required is missing.
    pub fn of_patched(resource: &Map<String, Value>) -> Result<Self, ScimError> {
        Self::of_normal(resource)
    }

    fn of_normal(resource: &Map<String, Value>) -> Result<Self, ScimError> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let display_name = text(resource.get("displayName")).filter(|name| !name.trim().is_empty());
        let members = resource.get("members").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let member = |member: &Value| {
            if let Some(kind) = member.get("type").and_then(Value::as_str)
                && !kind.eq_ignore_ascii_case("User")
            {
                return Err(ScimError::value("A member must be a `User`: groups in groups are not kept."));
            }
            let value = text(member.get("value")).ok_or_else(|| ScimError::value("A member needs a `value`."))?;
            Ok(Member { value, reference: None })
        };
        Ok(Self {
            display_name: display_name.ok_or_else(|| ScimError::value("`displayName` is missing."))?,
            external_id: text(resource.get("externalId")),
            members: members.iter().map(member).collect::<Result<_, _>>()?,
        })
    }

    /// Writes what there is, without what the server adds about the resource itself.
    pub fn write(&self) -> Map<String, Value> {
        let mut resource = GROUP.begin(&[]);
        resource.insert("displayName".to_owned(), self.display_name.as_str().into());
        if let Some(id) = &self.external_id {
            resource.insert("externalId".to_owned(), id.as_str().into());
        }
        if !self.members.is_empty() {
            let members: Vec<Value> = self.members.iter().map(Member::write).collect();
            resource.insert("members".to_owned(), members.into());
        }
        resource
    }
}

impl Member {
    fn write(&self) -> Value {
        match &self.reference {
            Some(reference) => json!({ "value": self.value, "$ref": reference, "type": "User" }),
            None => json!({ "value": self.value, "type": "User" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::{GROUP_SCHEMA, ScimType};

    /// [RFC 7643 §8.4], the example of a group.
    const TOUR_GUIDES: &str = r#"{
        "schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "id":"e9e30dba-f08f-4109-8486-d5c6a331660a",
        "displayName":"Tour Guides",
        "members":[
            {"value":"2819c223-7f76-453a-919d-413861904646","$ref":"https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646","display":"Babs Jensen"},
            {"value":"902c246b-6245-4190-8e05-00816be7344a","$ref":"https://example.com/v2/Users/902c246b-6245-4190-8e05-00816be7344a","display":"Mandy Pepperidge"}
        ],
        "meta":{"resourceType":"Group","created":"2010-01-23T04:56:22Z","version":"W\/\"3694e05e9dff592\""}
    }"#;

    #[test]
    fn the_example_of_the_standard_is_read() {
        let group = Group::parse(TOUR_GUIDES.as_bytes()).unwrap();
        assert_eq!((group.display_name.as_str(), group.members.len()), ("Tour Guides", 2));
        assert_eq!(group.members[1].value, "902c246b-6245-4190-8e05-00816be7344a");
        let written = serde_json::to_vec(&group.write()).unwrap();
        assert_eq!(Group::parse(&written), Ok(group));
    }

    #[test]
    fn what_is_no_group_is_refused() {
        let group =
            |member: &str, value: Value| json!({ "schemas": [GROUP_SCHEMA], "displayName": "x", member: value });
        for body in [
            group("displayName", json!("")),
            group("members", json!([{ "type": "User" }])),
            group("members", json!([{ "value": "1", "type": "Group" }])),
            group("members", json!([{ "value": 1 }])),
            group("members", json!(["1"])),
        ] {
            let error = Group::parse(body.to_string().as_bytes()).unwrap_err();
            assert_eq!(error.scim_type, Some(ScimType::InvalidValue), "{body}");
        }
    }
}
