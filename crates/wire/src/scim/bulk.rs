//! Several operations in one request [RFC 7644 §3.7].

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::error::ScimError;
use super::normal::{member, require_schema};
use super::path::is_name;
use super::user::body as object;
use super::{BULK_RESPONSE_SCHEMA, BULK_SCHEMA, Precondition};

/// The longest identifier that a client may give an operation, in bytes.
const LONGEST_ID: usize = 200;
const PREFIX: &str = "bulkId:";

/// Several operations.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRequest {
    /// After how many failures the rest is left; without it, never.
    pub fail_on_errors: Option<u64>,
    /// The operations, in order.
    pub operations: Vec<BulkOperation>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkMethod {
    /// Makes a resource.
    Post,
    /// Replaces one.
    Put,
    /// Changes one in part.
    Patch,
    /// Deletes one.
    Delete,
}

impl BulkMethod {
    const ALL: [(Self, &'static str); 4] =
        [(Self::Post, "POST"), (Self::Put, "PUT"), (Self::Patch, "PATCH"), (Self::Delete, "DELETE")];

    /// The word of the standard.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(method, _)| *method == self).map_or("", |(_, word)| word)
    }
}

/// One of several operations.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkOperation {
    /// What it does.
    pub method: BulkMethod,
    /// What others call what it makes.
    pub bulk_id: Option<String>,
    /// Where, such as `/Users`.
    pub endpoint: String,
    /// Which resource there: an identifier, or `bulkId:…`.
    pub id: Option<String>,
    /// The version that the resource must have.
    pub version: Option<Precondition>,
    /// With what.
    pub data: Map<String, Value>,
}

impl BulkRequest {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidValue`; status 413 for more than `most` operations.
    pub fn parse(body: &[u8], most: usize) -> Result<Self, ScimError> {
        let sent = object(body)?;
        require_schema(&sent, BULK_SCHEMA)?;
        let fail_on_errors = match member(&sent, "failOnErrors").filter(|value| !value.is_null()) {
            None => None,
            Some(number) => {
                let number = number.as_u64().filter(|number| *number > 0);
                Some(number.ok_or_else(|| ScimError::value("`failOnErrors` must be a whole number above 0."))?)
            }
        };
        let operations = member(&sent, "Operations").and_then(Value::as_array);
        let operations = operations.ok_or_else(|| ScimError::syntax("`Operations` must be a list."))?;
        if operations.len() > most {
            return Err(ScimError::of(413, format!("A bulk request may have {most} operations.")));
        }
        let operations: Vec<_> = operations.iter().map(BulkOperation::parse).collect::<Result<_, _>>()?;
        let mut names = std::collections::HashSet::new();
        if let Some(twice) = operations.iter().filter_map(|one| one.bulk_id.as_ref()).find(|id| !names.insert(*id)) {
            return Err(ScimError::value(format!("The bulkId `{twice}` is there twice.")));
        }
        Ok(Self { fail_on_errors, operations })
    }
}

impl BulkOperation {
    fn parse(operation: &Value) -> Result<Self, ScimError> {
        let sent = operation.as_object().ok_or_else(|| ScimError::syntax("An operation must be an object."))?;
        let text = |name: &str| match member(sent, name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(ScimError::syntax(format!("`{name}` must be a text."))),
        };
        let method = text("method")?.unwrap_or_default();
        let method = BulkMethod::ALL
            .into_iter()
            .find(|(_, word)| word.eq_ignore_ascii_case(method))
            .ok_or_else(|| ScimError::syntax("`method` must be POST, PUT, PATCH or DELETE."))?
            .0;
        let path = text("path")?.and_then(|path| path.strip_prefix('/')).unwrap_or_default();
        let (endpoint, id) = match path.split_once('/') {
            Some((endpoint, id)) => (endpoint, Some(id)),
            None => (path, None),
        };
        let is_right = is_name(endpoint) && id.is_none_or(|id| !id.is_empty() && !id.contains('/'));
        if !is_right || (method == BulkMethod::Post) != id.is_none() {
            return Err(ScimError::value(
                "`path` must be such as `/Users` for POST, and `/Users/{id}` for the others.",
            ));
        }
        let bulk_id = text("bulkId")?;
        if method == BulkMethod::Post && bulk_id.is_none_or(|id| id.is_empty() || id.len() > LONGEST_ID) {
            return Err(ScimError::value("POST needs a `bulkId`."));
        }
        let data = match member(sent, "data") {
            Some(Value::Object(data)) => data.clone(),
            None | Some(Value::Null) if method == BulkMethod::Delete => Map::new(),
            _other => return Err(ScimError::syntax("`data` must be an object.")),
        };
        Ok(Self {
            method,
            bulk_id: bulk_id.map(str::to_owned),
            endpoint: format!("/{endpoint}"),
            id: id.map(str::to_owned),
            version: text("version")?.map(|version| Precondition::parse(version.as_bytes())),
            data,
        })
    }
}

/// Puts identifiers where `operation` refers to what others make, as far as they are known [RFC 7644 §3.7.2].
pub fn resolve_references(operation: &mut BulkOperation, made: &HashMap<String, String>) {
    if let Some(id) = &mut operation.id {
        resolve_text(id, made);
    }
    operation.data.values_mut().for_each(|value| resolve_in(value, made));
}

fn resolve_in(value: &mut Value, made: &HashMap<String, String>) {
    match value {
        Value::String(text) => resolve_text(text, made),
        Value::Array(values) => values.iter_mut().for_each(|value| resolve_in(value, made)),
        Value::Object(members) => members.values_mut().for_each(|value| resolve_in(value, made)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn resolve_text(text: &mut String, made: &HashMap<String, String>) {
    if let Some(id) = text.strip_prefix(PREFIX).and_then(|name| made.get(name)) {
        *text = id.clone();
    }
}

/// What an operation refers to that is not made yet.
pub fn unresolved(operation: &BulkOperation) -> Option<&str> {
    let own = operation.id.as_deref().and_then(|id| id.strip_prefix(PREFIX));
    own.or_else(|| operation.data.values().find_map(unresolved_in))
}

fn unresolved_in(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => text.strip_prefix(PREFIX),
        Value::Array(values) => values.iter().find_map(unresolved_in),
        Value::Object(members) => members.values().find_map(unresolved_in),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkResult {
    /// What it did.
    pub method: BulkMethod,
    /// What others call what it made.
    pub bulk_id: Option<String>,
    /// Where the resource is, unless it could not be made.
    pub location: Option<String>,
    /// The version it has now.
    pub version: Option<String>,
    /// The HTTP status, and why it failed, if it did.
    pub outcome: Result<u16, ScimError>,
}

/// What became of them all.
pub fn bulk_response(results: Vec<BulkResult>) -> Value {
    let operations: Vec<Value> = results.into_iter().map(BulkResult::write).collect();
    json!({ "schemas": [BULK_RESPONSE_SCHEMA], "Operations": operations })
}

impl BulkResult {
    fn write(self) -> Value {
        let status = match &self.outcome {
            Ok(status) => *status,
            Err(error) => error.status,
        };
        let mut written = Map::from_iter([
            ("method".to_owned(), self.method.as_str().into()),
            ("status".to_owned(), status.to_string().into()),
        ]);
        let texts = [("bulkId", self.bulk_id), ("location", self.location), ("version", self.version)];
        for (name, text) in texts {
            if let Some(text) = text {
                written.insert(name.to_owned(), text.into());
            }
        }
        if let Err(error) = self.outcome {
            written.insert("response".to_owned(), error.body());
        }
        written.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(operations: Value) -> Result<BulkRequest, ScimError> {
        let body = json!({ "schemas": [BULK_SCHEMA], "failOnErrors": 1, "Operations": operations });
        BulkRequest::parse(body.to_string().as_bytes(), 3)
    }

    #[test]
    fn operations_are_read() {
        // [RFC 7644 §3.7.2], shortened.
        let request = request(json!([
            { "method": "POST", "path": "/Users", "bulkId": "qwerty", "data": { "userName": "Alice" } },
            { "method": "POST", "path": "/Groups", "bulkId": "ytrewq", "data": { "members": [{ "type": "User", "value": "bulkId:qwerty" }] } },
            { "method": "delete", "path": "/Users/b7c14771", "version": "W/\"0ee8add0a938e1a\"" }
        ]))
        .unwrap();
        assert_eq!(request.fail_on_errors, Some(1));
        let [user, group, deletion] = request.operations.try_into().unwrap();
        assert_eq!((user.endpoint.as_str(), user.id.as_deref()), ("/Users", None));
        assert_eq!((deletion.method, deletion.id.as_deref()), (BulkMethod::Delete, Some("b7c14771")));
        assert!(deletion.version.unwrap().names("0ee8add0a938e1a"));
        let mut group = group;
        assert_eq!(unresolved(&group), Some("qwerty"));
        resolve_references(&mut group, &HashMap::from([("qwerty".to_owned(), "92b725cd".to_owned())]));
        assert_eq!(unresolved(&group), None);
        assert_eq!(group.data["members"][0]["value"], "92b725cd");
    }

    #[test]
    fn what_is_no_bulk_request_is_refused() {
        let post = |path: &str| json!([{ "method": "POST", "path": path, "bulkId": "1", "data": {} }]);
        for (operations, status) in [
            (json!([{}, {}, {}, {}]), 413),
            (json!([1]), 400),
            (json!({}), 400),
            (json!([{ "method": "GET", "path": "/Users/1" }]), 400),
            (post("Users"), 400),
            (post("/Users/1"), 400),
            (post("/../x"), 400),
            (json!([{ "method": "POST", "path": "/Users", "data": {} }]), 400),
            (json!([{ "method": "POST", "path": "/Users", "bulkId": "1" }]), 400),
            (json!([{ "method": "PUT", "path": "/Users", "data": {} }]), 400),
            (json!([{ "method": "PUT", "path": "/Users/1/2", "data": {} }]), 400),
            (
                json!([
                    { "method": "POST", "path": "/Users", "bulkId": "1", "data": {} },
                    { "method": "POST", "path": "/Users", "bulkId": "1", "data": {} }
                ]),
                400,
            ),
        ] {
            assert_eq!(request(operations.clone()).unwrap_err().status, status, "{operations}");
        }
        let zero = json!({ "schemas": [BULK_SCHEMA], "failOnErrors": 0, "Operations": [] }).to_string();
        assert!(BulkRequest::parse(zero.as_bytes(), 3).is_err());
    }

    #[test]
    fn each_operation_is_answered() {
        let response = bulk_response(vec![
            BulkResult {
                method: BulkMethod::Post,
                bulk_id: Some("qwerty".to_owned()),
                location: Some("https://example.com/v2/Users/92b725cd".to_owned()),
                version: Some("W/\"1\"".to_owned()),
                outcome: Ok(201),
            },
            BulkResult {
                method: BulkMethod::Delete,
                bulk_id: None,
                location: None,
                version: None,
                outcome: Err(ScimError::of(404, "There is no such user.")),
            },
        ]);
        let printed = json!([
            { "method": "POST", "status": "201", "bulkId": "qwerty", "location": "https://example.com/v2/Users/92b725cd", "version": "W/\"1\"" },
            { "method": "DELETE", "status": "404", "response": {
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404", "detail": "There is no such user."
            } }
        ]);
        assert_eq!(response["Operations"], printed);
    }
}
