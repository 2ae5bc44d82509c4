//! Applications, and what they are given, as rows.
//!
//! Here: one function per query. What can be used only once is spent by an update that names the state it expects, so that
//! of two nodes one wins. Not here: what is good and what is not (`wardkey_domain::application`).

mod access_token;
mod applications;
mod assertion;
mod device;
mod grant;
mod idempotency;
mod notice;
mod provisioned_group;
mod provisioned_person;
mod purge;
mod request;
mod signing_key;
#[cfg(test)]
mod tests;

pub use access_token::{AccessToken, FoundAccessToken, delete_access_token, find_access_token, insert_access_token};
pub use applications::{
    delete_secrets_over, end_secrets, find_application, find_application_by_client_id, insert_application,
    insert_secret, list_applications, list_secrets, save_application,
};
pub use assertion::spend_assertion;
pub use device::{
    answer_device, count_device_try, device_request, device_request_by_user_code, insert_device_request, note_poll,
    spend_device,
};
pub use grant::{
    RevokedGrant, Rotation, SavedGrant, find_grant, hold_session, insert_grant, revoke_account_grants, revoke_grant,
    revoke_session_grants, rotate_refresh, spend_code,
};
pub use idempotency::{KeptOutcome, KeyedRequest, keep_outcome, kept_outcome, spend_idempotency_key};
pub use notice::{
    LogoutNotice, claim_logout_notices, delete_logout_notice, has_logout_notices, postpone_logout_notice,
};
pub use provisioned_group::{
    ProvisionedGroup, delete_provisioned_group, find_provisioned_group, hold_provisioned_group,
    insert_provisioned_group, is_provisioned_group, list_provisioned_groups, list_provisioned_groups_of,
    save_provisioned_group,
};
pub use provisioned_person::{
    LinkedAccount, PeopleIn, PersonLink, Place, count_accounts_in, count_leavers, count_people_in, find_by_user_name,
    find_linked, hold_account, list_by_external_id, list_codes_in, list_people_in, save_link,
};
pub use purge::delete_expired;
pub use request::{
    authorization_request, insert_authorization_request, insert_logout_request, insert_pushed_request, logout_request,
    sign_in_request, take_authorization_request, take_logout_request, take_pushed_request,
};
pub use signing_key::{StoredKey, insert_signing_key, list_signing_keys, move_signing_key};
