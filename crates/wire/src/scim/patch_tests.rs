use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::scim::{ENTERPRISE_SCHEMA, GROUP, USER};

fn user() -> Map<String, Value> {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_SCHEMA],
        "id": "1",
        "userName": "nia",
        "name": { "familyName": "Rowe", "givenName": "Nia" },
        "displayName": "Nia Rowe",
        "active": true,
        "emails": [{ "value": "nia@a.example", "type": "work", "primary": true }],
        ENTERPRISE_SCHEMA: { "organization": "RAA" }
    });
    user.as_object().unwrap().clone()
}

fn patch(operations: Value) -> Result<Patch, ScimError> {
    Patch::parse(json!({ "schemas": [PATCH_SCHEMA], "Operations": operations }).as_object().unwrap())
}

fn patched(operation: Value) -> Result<Value, ScimError> {
    let mut resource = user();
    patch(json!([operation]))?.apply(&USER, &mut resource)?;
    Ok(resource.into())
}

/// Checks one member of what an operation makes of a user.
fn check(operation: Value, member: &str, expected: Value) {
    match patched(operation.clone()) {
        Ok(user) => assert_eq!(user.pointer(member).cloned().unwrap_or(Value::Null), expected, "{operation}"),
        Err(error) => panic!("{operation}: {error:?}"),
    }
}

fn check_refused(operation: Value, expected: ScimType) {
    assert_eq!(patched(operation.clone()).unwrap_err().scim_type, Some(expected), "{operation}");
}

#[test]
fn a_single_value_is_added_replaced_and_removed() {
    check(json!({ "op": "add", "path": "externalId", "value": "7" }), "/externalId", json!("7"));
    check(json!({ "op": "Replace", "path": "displayName", "value": "N" }), "/displayName", json!("N"));
    check(
        json!({ "op": "replace", "path": "name.givenName", "value": "N" }),
        "/name",
        json!({ "familyName": "Rowe", "givenName": "N" }),
    );
    check(json!({ "op": "remove", "path": "name.givenName" }), "/name", json!({ "familyName": "Rowe" }));
    check(json!({ "op": "remove", "path": "name" }), "/name", Value::Null);
    check(json!({ "op": "replace", "path": "name", "value": null }), "/name", Value::Null);
    check(json!({ "op": "replace", "path": "active", "value": "False" }), "/active", json!(false));
}

#[test]
fn a_complex_value_is_merged() {
    let merged = json!({ "familyName": "Hill", "givenName": "Nia" });
    check(json!({ "op": "add", "path": "name", "value": { "familyName": "Hill" } }), "/name", merged.clone());
    check(json!({ "op": "replace", "path": "name", "value": { "familyName": "Hill" } }), "/name", merged);
}

#[test]
fn without_a_path_the_value_has_the_attributes() {
    let value = json!({
        "displayName": "N", "id": "9", "meta": {}, "password": "x", "roles": ["admin"], "title": "x", "shoeSize": 1,
        "name.givenName": "N", format!("{ENTERPRISE_SCHEMA}:organization"): "RAB"
    });
    let user = patched(json!({ "op": "replace", "value": value })).unwrap();
    assert_eq!(user["displayName"], "N");
    assert_eq!(user["id"], "1");
    assert_eq!(user["name"]["givenName"], "N");
    assert_eq!(user[ENTERPRISE_SCHEMA]["organization"], "RAB");
    for gone in ["password", "roles", "title", "shoeSize", "name.givenName"] {
        assert_eq!(user.get(gone), None);
    }
}

#[test]
fn an_extension_is_reached_by_its_urn() {
    let at = format!("/{ENTERPRISE_SCHEMA}/organization");
    check(
        json!({ "op": "replace", "path": format!("{ENTERPRISE_SCHEMA}:organization"), "value": "RAB" }),
        &at,
        json!("RAB"),
    );
    check(json!({ "op": "add", "path": ENTERPRISE_SCHEMA, "value": { "organization": "RAB" } }), &at, json!("RAB"));
    check_refused(json!({ "op": "remove", "path": ENTERPRISE_SCHEMA }), ScimType::Mutability);
}

#[test]
fn one_of_several_values_is_chosen_by_a_filter() {
    let at = "/emails/0/value";
    check(
        json!({ "op": "replace", "path": r#"emails[type eq "work"].value"#, "value": "n@b.example" }),
        at,
        json!("n@b.example"),
    );
    check(
        json!({ "op": "replace", "path": r#"emails[type eq "work"]"#, "value": { "value": "n@b.example" } }),
        at,
        json!("n@b.example"),
    );
    check_refused(
        json!({ "op": "replace", "path": r#"emails[type eq "home"].value"#, "value": "n@b.example" }),
        ScimType::NoTarget,
    );
    let second = json!({ "type": "home", "value": "n@b.example" });
    check(
        json!({ "op": "add", "path": r#"emails[type eq "home"].value"#, "value": "n@b.example" }),
        "/emails/1",
        second,
    );
    let added = json!({ "op": "add", "path": "emails", "value": [{ "value": "n@b.example", "primary": true }] });
    check(added.clone(), "/emails/0/primary", json!(false));
    check(added, "/emails/1/primary", json!(true));
    check(json!({ "op": "add", "path": "emails", "value": { "value": "nia@a.example" } }), "/emails/1", Value::Null);
}

#[test]
fn what_cannot_be_is_refused() {
    for (operation, expected) in [
        (json!({ "op": "replace", "path": "id", "value": "2" }), ScimType::Mutability),
        (json!({ "op": "replace", "path": "meta.created", "value": "x" }), ScimType::Mutability),
        (json!({ "op": "remove", "path": "userName" }), ScimType::Mutability),
        (json!({ "op": "remove", "path": "active" }), ScimType::Mutability),
        (json!({ "op": "replace", "path": "emails", "value": [] }), ScimType::Mutability),
        (json!({ "op": "remove", "path": r#"emails[type eq "work"]"# }), ScimType::Mutability),
        (json!({ "op": "remove", "path": "emails.value" }), ScimType::Mutability),
        (json!({ "op": "remove" }), ScimType::NoTarget),
        (json!({ "op": "add", "path": "shoeSize", "value": 1 }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": "userName.value", "value": "x" }), ScimType::InvalidValue),
        (json!({ "op": "add", "path": r#"name[familyName eq "x"]"#, "value": {} }), ScimType::InvalidPath),
        (json!({ "op": "add", "path": r#"emails[colour eq "x"]"#, "value": {} }), ScimType::InvalidFilter),
        (json!({ "op": "add", "path": "emails[", "value": {} }), ScimType::InvalidFilter),
        (json!({ "op": "add", "value": "x" }), ScimType::InvalidValue),
        (json!({ "op": "add", "path": "userName" }), ScimType::InvalidValue),
        (json!({ "op": "add", "path": "userName", "value": 1 }), ScimType::InvalidValue),
        (json!({ "op": "add", "path": 1, "value": 1 }), ScimType::InvalidSyntax),
        (json!({ "op": "move", "path": "userName", "value": 1 }), ScimType::InvalidSyntax),
        (json!("add"), ScimType::InvalidSyntax),
    ] {
        if operation["path"] == "userName.value" {
            // A part that an attribute does not have is none that is kept.
            assert!(patched(operation).is_ok());
            continue;
        }
        check_refused(operation, expected);
    }
    assert!(patch(json!([])).is_err());
    assert!(patch(json!({})).is_err());
    assert!(Patch::parse(json!({ "Operations": [] }).as_object().unwrap()).is_err());
}

#[test]
fn no_operation_gives_a_role_a_factor_or_a_password() {
    for name in ["password", "roles", "entitlements", "groups", "x509Certificates"] {
        check_refused(json!({ "op": "add", "path": name, "value": "x" }), ScimType::Mutability);
        check_refused(
            json!({ "op": "replace", "path": format!("{name}[value pr]"), "value": "x" }),
            ScimType::Mutability,
        );
    }
}

#[test]
fn members_come_and_go() {
    let mut group = json!({ "displayName": "Ward", "members": [{ "value": "1" }, { "value": "2" }, { "value": "3" }] });
    let group = group.as_object_mut().unwrap();
    let mut apply = |operation: Value| {
        patch(json!([operation])).unwrap().apply(&GROUP, group).unwrap();
        let members = group.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
        members.iter().map(|member| member["value"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!(apply(json!({ "op": "add", "path": "members", "value": [{ "value": "4" }, { "value": "1" }] })), "1234");
    assert_eq!(apply(json!({ "op": "remove", "path": r#"members[value eq "2"]"# })), "134");
    assert_eq!(apply(json!({ "op": "remove", "path": r#"members[value eq "9"]"# })), "134");
    assert_eq!(apply(json!({ "op": "remove", "path": "members", "value": [{ "value": "3" }] })), "14");
    assert_eq!(apply(json!({ "op": "replace", "path": "members", "value": [{ "value": "7" }] })), "7");
    assert_eq!(apply(json!({ "op": "remove", "path": "members" })), "");
}

#[test]
fn a_member_is_not_made_another() {
    let mut group = json!({ "displayName": "Ward", "members": [{ "value": "1" }] });
    let operation = json!([{ "op": "replace", "path": r#"members[value eq "1"].value"#, "value": "2" }]);
    let refused = patch(operation).unwrap().apply(&GROUP, group.as_object_mut().unwrap()).unwrap_err();
    assert_eq!(refused.scim_type, Some(ScimType::Mutability));
}

proptest! {
    #[test]
    fn whatever_is_patched_what_only_the_server_changes_stays(
        verb in prop::sample::select(vec!["add", "remove", "replace"]),
        path in prop::option::of(prop::sample::select(vec![
            "id", "meta", "schemas", "name", "emails", "emails.type", "active", "emails[type eq \"work\"]", ENTERPRISE_SCHEMA, "externalId",
        ])),
        value in prop::sample::select(vec![
            json!(null), json!("x"), json!([]), json!({}), json!({ "id": "9", "value": "x" }), json!([{ "value": "x", "primary": true }]),
        ]),
    ) {
        if let Ok(user) = patched(json!({ "op": verb, "path": path, "value": value })) {
            prop_assert_eq!(&user["id"], "1");
            for required in ["userName", "displayName", "active", "emails"] {
                prop_assert!(!user[required].is_null(), "{required} of {user}");
            }
        }
    }
}
