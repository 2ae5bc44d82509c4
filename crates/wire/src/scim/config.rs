//! What the server says of itself [RFC 7643 §5, §6].

use serde_json::{Value, json};

use super::definition::{Definition, Schema};
use super::{CONFIG_SCHEMA, GROUP, RESOURCE_TYPE_SCHEMA, USER};

/// How much one request may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Operations of a bulk request.
    pub operations: usize,
    /// Bytes of any request.
    pub payload: usize,
    /// Resources of an answer.
    pub results: u64,
}

/// What is supported.
pub fn service_provider_config(limits: &Limits, location: &str) -> Value {
    json!({
        "schemas": [CONFIG_SCHEMA],
        "patch": { "supported": true },
        "bulk": { "supported": true, "maxOperations": limits.operations, "maxPayloadSize": limits.payload },
        "filter": { "supported": true, "maxResults": limits.results },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth 2.0 bearer token",
            "description": "An access token that the client credentials grant gives for the scope `scim`.",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": location },
    })
}

/// The kinds of resources.
pub fn resource_types(location: &dyn Fn(&Definition) -> String) -> Vec<Value> {
    [&USER, &GROUP].map(|definition| written(definition, &location(definition))).into()
}

/// The kind of this name, if there is one.
pub fn resource_type(name: &str, location: &str) -> Option<Value> {
    [&USER, &GROUP].into_iter().find(|definition| definition.name == name).map(|found| written(found, location))
}

fn written(definition: &Definition, location: &str) -> Value {
    // Every resource has what is required, so it has the extension that this is in.
    let is_required = |schema: &Schema| schema.attributes.iter().any(|attribute| attribute.is_required);
    let extension = |extension: &&'static Schema| json!({ "schema": extension.id, "required": is_required(extension) });
    let extensions: Vec<_> = definition.extensions.iter().map(extension).collect();
    json!({
        "schemas": [RESOURCE_TYPE_SCHEMA],
        "id": definition.name,
        "name": definition.name,
        "endpoint": definition.endpoint,
        "description": definition.description,
        "schema": definition.schema.id,
        "schemaExtensions": extensions,
        "meta": { "resourceType": "ResourceType", "location": location },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_says_what_it_does() {
        let limits = Limits { operations: 2, payload: 3, results: 4 };
        let config = service_provider_config(&limits, "x");
        assert_eq!(config["bulk"], json!({ "supported": true, "maxOperations": 2, "maxPayloadSize": 3 }));
        assert_eq!(config["changePassword"]["supported"], false);
        let types = resource_types(&|definition| definition.name.to_lowercase());
        assert_eq!(types[0]["schemaExtensions"][0]["required"], true);
        assert_eq!(resource_type("Group", "group"), Some(types[1].clone()));
        assert_eq!(resource_type("Robot", "x"), None);
    }
}
