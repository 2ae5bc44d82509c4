//! Lists of resources [RFC 7644 §3.4.2].

use serde_json::{Map, Value, json};

use super::LIST_SCHEMA;

/// A list: some of `total` resources, from the one numbered `start` on; the first is 1.
pub fn list_response(total: u64, start: u64, resources: Vec<Map<String, Value>>) -> Value {
    json!({
        "schemas": [LIST_SCHEMA],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_counts_what_it_has_and_what_there_is() {
        let list = list_response(3, 2, vec![Map::new()]);
        let printed = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": 3, "startIndex": 2, "itemsPerPage": 1, "Resources": [{}]
        });
        assert_eq!(list, printed);
    }
}
