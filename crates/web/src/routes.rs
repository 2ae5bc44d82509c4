//! The address of every page. Handlers and templates take addresses from here; none is put together elsewhere.

use wardkey_domain::id::{AccountId, AuthorizationRequestId, CredentialId, SessionId};
use wardkey_usecases::signin::{Destination, PortalPage};

/// The portal's home.
pub const HOME: &str = "/";
/// The first page of a sign-in.
pub const SIGN_IN: &str = "/signin";
/// Wherever a sign-in in progress is now.
pub const SIGN_IN_STEP: &str = "/signin/step";
/// Using an activation code.
pub const ACTIVATE: &str = "/signin/activate";
/// Setting a new password within a sign-in.
pub const NEW_PASSWORD: &str = "/signin/new-password";
/// A code of a second factor.
pub const CODE: &str = "/signin/code";
/// Choosing another second factor.
pub const ANOTHER_WAY: &str = "/signin/another-way";
/// Beginning anew.
pub const START_AGAIN: &str = "/signin/start-again";
/// A sign-in that cannot go on.
pub const SIGN_IN_ENDED: &str = "/signin/ended";
/// What to do when signing in does not work.
pub const CANNOT_SIGN_IN: &str = "/signin/help";
/// Profile: first step of self-enrolment [ENR-1].
pub const PROFILE: &str = "/profile";
/// My profile [ENR-1].
pub const MY_PROFILE: &str = "/profile/my-profile";
/// Self-service [ENR-1].
pub const SELF_SERVICE: &str = "/profile/self-service";
/// Self-enrol for MFA [ENR-1].
pub const SELF_ENROL: &str = "/profile/self-enrol";
/// Choosing a method while enrolling [ENR-3].
pub const CHOOSE_METHOD: &str = "/profile/self-enrol/method";
/// Setting up an authenticator app while enrolling [ENR-4].
pub const ENROL_APP: &str = "/profile/self-enrol/app";
/// Choosing another method while enrolling.
pub const CHOOSE_AGAIN: &str = "/profile/self-enrol/again";
/// Enrolment is done.
pub const ENROLLED: &str = "/profile/self-enrol/done";
/// The methods of an account.
pub const SECURITY_INFO: &str = "/profile/security-info";
/// Adding an authenticator app.
pub const ADD_APP: &str = "/profile/security-info/add";
/// Changing the password.
pub const CHANGE_PASSWORD: &str = "/profile/password";
/// The sessions of an account.
pub const SESSIONS: &str = "/profile/sessions";
/// Ending every other session.
pub const END_OTHER_SESSIONS: &str = "/profile/sessions/end-others";
/// Ending every session, this one too.
pub const SIGN_OUT_EVERYWHERE: &str = "/profile/sessions/sign-out-everywhere";
/// Recent sign-ins.
pub const RECENT_SIGN_INS: &str = "/profile/sign-ins";
/// Signing out.
pub const SIGN_OUT: &str = "/signout";
/// Signed out.
pub const SIGNED_OUT: &str = "/signed-out";
/// The administrators' area.
pub const ADMIN: &str = "/admin";
/// Where one person's account lies.
pub const ADMIN_PEOPLE: &str = "/admin/people";
/// Typing the code that a device shows [RFC 8628 §3.3].
pub const DEVICE: &str = "/device";
/// Allowing or refusing a device.
pub const DEVICE_DECISION: &str = "/device/decision";
/// Whether the session cookie is good.
pub const SESSION_CHECK: &str = "/session/check";
/// How accessible these pages are.
pub const ACCESSIBILITY: &str = "/accessibility";
/// The demonstration's phone.
pub const DEMO_PHONE: &str = "/demo/phone";
/// Removing an account from the demonstration's phone.
pub const DEMO_PHONE_REMOVE: &str = "/demo/phone/remove";
/// Adding the key on the enrolment page to the demonstration's phone.
pub const DEMO_PHONE_SCAN: &str = "/demo/phone/scan";

/// Where a sign-in on the way to `destination` begins.
pub fn sign_in(destination: &Destination) -> String {
    match destination {
        Destination::Portal => SIGN_IN.to_owned(),
        Destination::PortalPage(page) => format!("{SIGN_IN}?to={}", word(*page)),
        Destination::Authorization(request) => format!("{SIGN_IN}?request={request}"),
        Destination::Device => format!("{SIGN_IN}?to=device"),
    }
}

/// Where a completed sign-in goes on.
pub fn destination(destination: &Destination) -> String {
    match destination {
        Destination::Portal => HOME.to_owned(),
        Destination::PortalPage(page) => portal_page(*page).to_owned(),
        Destination::Authorization(request) => continue_authorization(*request),
        Destination::Device => DEVICE.to_owned(),
    }
}

/// Back to the protocol that asked for a sign-in.
pub fn continue_authorization(request: AuthorizationRequestId) -> String {
    format!("/oauth/authorize/continue?request={request}")
}

/// Confirming an authenticator app that is being added.
pub fn add_app(id: CredentialId) -> String {
    format!("{ADD_APP}/{id}")
}

/// Renaming a method.
pub fn rename_credential(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/{id}/rename")
}

/// Removing a method.
pub fn remove_credential(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/{id}/remove")
}

/// Making a method the default.
pub fn default_credential(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/{id}/default")
}

/// Ending one session.
pub fn end_session(id: SessionId) -> String {
    format!("{SESSIONS}/{id}/end")
}

/// An account, as whoever looks after it sees it.
pub fn admin_account(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}")
}

/// Doing something to an account; `deed` is one of the administration area's own words.
pub fn admin_deed(id: AccountId, deed: &'static str) -> String {
    format!("{ADMIN_PEOPLE}/{id}/{deed}")
}

/// The word for a portal page in an address.
pub(crate) const fn word(page: PortalPage) -> &'static str {
    match page {
        PortalPage::Profile => "profile",
        PortalPage::SelfService => "self-service",
        PortalPage::SecurityInfo => "security-info",
        PortalPage::AddAuthenticator => "add-authenticator",
        PortalPage::ChangePassword => "change-password",
        PortalPage::Sessions => "sessions",
        PortalPage::RecentSignIns => "recent-sign-ins",
        PortalPage::Admin => "admin",
    }
}

/// Every portal page that a sign-in can lead to.
const PORTAL_PAGES: [PortalPage; 8] = [
    PortalPage::Profile,
    PortalPage::SelfService,
    // Before the page that it lies below.
    PortalPage::AddAuthenticator,
    PortalPage::SecurityInfo,
    PortalPage::ChangePassword,
    PortalPage::Sessions,
    PortalPage::RecentSignIns,
    PortalPage::Admin,
];

/// The destination that the word in an address names; the portal's home for anything else.
///
/// SECURITY: a closed list, so that a crafted address leads nowhere but to our own pages.
pub(crate) fn destination_named(word_given: &str) -> Destination {
    if word_given == "device" {
        return Destination::Device;
    }
    PORTAL_PAGES.into_iter().find(|page| word(*page) == word_given).map_or(Destination::Portal, Destination::PortalPage)
}

/// The destination that leads back to the page at `path` after a sign-in.
pub(crate) fn destination_of(path: &str) -> Destination {
    if path.starts_with(DEVICE) {
        return Destination::Device;
    }
    PORTAL_PAGES
        .into_iter()
        .find(|page| {
            path == portal_page(*page)
                || path.strip_prefix(portal_page(*page)).is_some_and(|rest| rest.starts_with('/'))
        })
        .map_or(Destination::Portal, Destination::PortalPage)
}

const fn portal_page(page: PortalPage) -> &'static str {
    match page {
        PortalPage::Profile => MY_PROFILE,
        PortalPage::SelfService => SELF_SERVICE,
        PortalPage::SecurityInfo => SECURITY_INFO,
        PortalPage::AddAuthenticator => ADD_APP,
        PortalPage::ChangePassword => CHANGE_PASSWORD,
        PortalPage::Sessions => SESSIONS,
        PortalPage::RecentSignIns => RECENT_SIGN_INS,
        PortalPage::Admin => ADMIN,
    }
}

/// The part of the menu that the page drawn from `template` belongs to.
pub(crate) fn section(template: &str) -> &'static str {
    match template.split_once('/') {
        Some(("admin", _)) => "admin",
        Some(("portal", "home.html")) => "home",
        Some(("portal", _)) => "profile",
        Some(("demo", _)) => "demo",
        Some(_) | None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_back_to_the_page_that_asked_for_it() {
        for page in PORTAL_PAGES {
            let there = Destination::PortalPage(page);
            assert_eq!(destination_of(&destination(&there)), there);
            assert_eq!(destination_named(word(page)), there);
        }
        assert_eq!(destination_of(ADD_APP), Destination::PortalPage(PortalPage::AddAuthenticator));
        assert_eq!(destination_of("/admin/people"), Destination::PortalPage(PortalPage::Admin));
        assert_eq!(destination_of(DEVICE), Destination::Device);
    }

    #[test]
    fn an_address_cannot_name_a_place_of_its_own() {
        for hostile in ["//evil.example", "https://evil.example", "admin/../..", "", "oauth"] {
            assert_eq!(destination_named(hostile), Destination::Portal, "{hostile}");
        }
    }
}
