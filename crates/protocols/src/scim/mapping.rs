//! People and groups of ours as resources, and back.

use serde_json::{Map, Value};
use wardkey_usecases::directory::{GroupWish, PersonWish, ProvisionedGroupView, ProvisionedPerson};
use wardkey_wire::scim::{GROUP, Group, Member, Meta, Patch, ScimError, USER, User};

use crate::scim::call::Call;

/// A resource, and what its headers say.
pub struct Resource {
    /// The resource, whole.
    pub body: Map<String, Value>,
    /// Where it is.
    pub location: String,
    /// Its version.
    pub version: String,
}

/// Somebody as a resource.
pub fn user(call: &Call, person: &ProvisionedPerson) -> Resource {
    let id = person.id.to_string();
    let location = call.location(&format!("{}/{id}", USER.endpoint));
    let created = person.created_at.to_utc();
    let meta = Meta { id: &id, created: &created, location: &location, version: &person.version };
    let body = USER.with_meta(as_user(person).write(), &meta);
    Resource { body, version: person.version.clone(), location }
}

fn as_user(person: &ProvisionedPerson) -> User {
    User {
        user_name: person.user_name.clone(),
        external_id: person.external_id.clone(),
        given_name: person.given_name.clone(),
        family_name: person.family_name.clone(),
        display_name: Some(person.display_name.clone()),
        active: Some(person.active),
        email: Some(person.address.clone()),
        organization: Some(person.ods_code.clone()),
    }
}

/// What a client wants of somebody.
pub fn person_wish(user: User) -> PersonWish {
    PersonWish {
        user_name: user.user_name,
        external_id: user.external_id,
        given_name: user.given_name,
        family_name: user.family_name,
        display_name: user.display_name,
        address: user.email,
        ods_code: user.organization,
        active: user.active,
    }
}

/// What a client wants of somebody by changes.
///
/// # Errors
/// What they ask for cannot be.
pub fn patched_person(patch: &Patch, person: &ProvisionedPerson) -> Result<PersonWish, ScimError> {
    let mut resource = as_user(person).write();
    patch.apply(&USER, &mut resource)?;
    Ok(person_wish(User::of_patched(&resource)?))
}

/// A group as a resource.
pub fn group(call: &Call, group: &ProvisionedGroupView) -> Resource {
    let id = group.id.to_string();
    let location = call.location(&format!("{}/{id}", GROUP.endpoint));
    let created = group.created_at.to_utc();
    let meta = Meta { id: &id, created: &created, location: &location, version: &group.version };
    let mut written = as_group(group);
    for member in &mut written.members {
        member.reference = Some(call.location(&format!("{}/{}", USER.endpoint, member.value)));
    }
    let body = GROUP.with_meta(written.write(), &meta);
    Resource { body, version: group.version.clone(), location }
}

fn as_group(group: &ProvisionedGroupView) -> Group {
    let member = |id: &wardkey_domain::id::AccountId| Member { value: id.to_string(), reference: None };
    Group {
        display_name: group.display_name.clone(),
        external_id: group.external_id.clone(),
        members: group.members.iter().map(member).collect(),
    }
}

/// What a client wants of a group.
pub fn group_wish(group: Group) -> GroupWish {
    let members = group.members.into_iter().map(|member| member.value).collect();
    GroupWish { display_name: group.display_name, external_id: group.external_id, members }
}

/// What a client wants of a group by changes.
///
/// # Errors
/// What they ask for cannot be.
pub fn patched_group(patch: &Patch, group: &ProvisionedGroupView) -> Result<GroupWish, ScimError> {
    let mut resource = as_group(group).write();
    patch.apply(&GROUP, &mut resource)?;
    Ok(group_wish(Group::of_patched(&resource)?))
}
