//! The entry point of the fuzz target.

use serde_json::{Map, Value};

use super::user::body as object;
use super::{BulkRequest, Filter, GROUP, Group, Patch, PatchPath, Precondition, Search, USER, User};

/// Reads `bytes` as everything that a client sends, and works out what can be read; must return for any input.
///
/// The result counts what was found, so that the reading is not optimised away.
pub fn fuzz(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let mut found = usize::from(Precondition::parse(bytes).names("1"));
    if let Ok(filter) = Filter::parse(&text) {
        // What was read is written so that it is read again as the same.
        assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        found += 1;
    }
    if let Ok(filter) = Filter::parse_for(&USER, &text) {
        found += usize::from(filter.matches(&USER, &sample()));
    }
    found += usize::from(PatchPath::parse(&text).is_ok());
    for search in [Search::of_query(&text), Search::of_body(bytes)].into_iter().flatten() {
        found += search.projection.apply(&USER, sample()).len();
    }
    if let Ok(user) = User::parse(bytes) {
        assert_eq!(User::of_patched(&user.write()), Ok(user));
        found += 1;
    }
    found += Group::parse(bytes).map_or(0, |group| group.members.len());
    found += BulkRequest::parse(bytes, 100).map_or(0, |bulk| bulk.operations.len());
    if let Ok(patch) = object(bytes).and_then(|body| Patch::parse(&body)) {
        let mut resource = sample();
        found += usize::from(patch.apply(&USER, &mut resource).is_ok());
        found += usize::from(patch.apply(&GROUP, &mut Map::new()).is_ok());
    }
    found
}

fn sample() -> Map<String, Value> {
    let text = |text: &str| Some(text.to_owned());
    let user = User {
        user_name: "nia@a.example".to_owned(),
        external_id: text("7"),
        given_name: text("Nia"),
        family_name: text("Rowe"),
        display_name: text("Nia Rowe"),
        active: Some(true),
        email: text("nia@a.example"),
        organization: text("RAA"),
    };
    user.write()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_can_be_read_is_found() {
        for text in [
            r#"userName eq "nia@a.example""#,
            "filter=active+eq+true",
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a"}"#,
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","value":{"externalId":"a"}}]}"#,
        ] {
            assert!(fuzz(text.as_bytes()) > 0, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            fuzz(&bytes);
        }

        #[test]
        fn any_mixture_of_marks_is_read_to_its_end(text in "[{}\\[\\]\":,.a ()eqprW/\\\\]{0,80}") {
            fuzz(text.as_bytes());
        }
    }
}
