//! The address of every page. Handlers and templates take addresses from here; none is put together elsewhere.

use wardkey_domain::factor::telephone::Reach;
use wardkey_domain::id::{
    AccountId, AuthorizationRequestId, BulkChangeId, CaseId, CredentialId, DeviceId, ExceptionRequestId, MessageId,
    NamedLocationId, RoleGrantId, SessionId,
};
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
/// A code that was sent in a text message.
pub const TEXT_CODE: &str = "/signin/text";
/// A call that asks whether it is really the person.
pub const CALL: &str = "/signin/call";
/// Typing the number into an app.
pub const APP_DONE: &str = "/signin/app";
/// A code from the app instead.
pub const CODE_INSTEAD: &str = "/signin/app/code";
/// Typing a temporary access pass.
pub const PASS: &str = "/signin/pass";
/// Typing a recovery code.
pub const RECOVERY_CODE: &str = "/signin/recovery-code";
/// After a recovery code was used.
pub const RECOVERED: &str = "/signin/recovered";
/// Where a factor is registered, or that is put off.
pub const REGISTER: &str = "/signin/register";
/// Showing a security key or a passkey.
pub const KEY: &str = "/signin/key";
/// Showing a smartcard.
pub const CARD: &str = "/signin/card";
/// Showing a smartcard to link it on the way in.
pub const ENROL_CARD: &str = "/profile/self-enrol/card";
/// Linking a smartcard.
pub const ADD_CARD: &str = "/profile/security-info/add-card";
/// On to NHS Care Identity.
pub const CARE_IDENTITY: &str = "/care-identity";
/// Back from NHS Care Identity.
pub const CARE_IDENTITY_CALLBACK: &str = "/care-identity/callback";
/// The key by which NHS Care Identity knows us.
pub const CARE_IDENTITY_KEYS: &str = "/care-identity/jwks";
/// Where browsers show smartcards, at an address of its own.
pub const SHOW_CARD: &str = "/card";
/// Showing a passkey in place of address and password.
pub const PASSKEY: &str = "/signin/passkey";
/// Says when a page that waits for an app should go on.
pub const WAIT: &str = "/signin/wait";
/// Asking for a code or a call, while signing in and while enrolling.
pub const SEND: &str = "/signin/send";
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
/// Binding an app while enrolling, and typing its number.
pub const ENROL_BIND: &str = "/profile/self-enrol/authenticator";
/// Setting up a security key while enrolling.
pub const ENROL_KEY: &str = "/profile/self-enrol/key";
/// Entering a telephone number while enrolling.
pub const ENROL_NUMBER: &str = "/profile/self-enrol/number";
/// Entering another telephone number while enrolling.
pub const ENROL_OTHER_NUMBER: &str = "/profile/self-enrol/other-number";
/// Proving a number by a text message while enrolling.
pub const ENROL_TEXT: &str = "/profile/self-enrol/text";
/// Proving a number by a call while enrolling.
pub const ENROL_CALL: &str = "/profile/self-enrol/call";
/// Choosing another method while enrolling.
pub const CHOOSE_AGAIN: &str = "/profile/self-enrol/again";
/// Enrolment is done.
pub const ENROLLED: &str = "/profile/self-enrol/done";
/// The methods of an account.
pub const SECURITY_INFO: &str = "/profile/security-info";
/// Adding an authenticator app.
pub const ADD_APP: &str = "/profile/security-info/add";
/// Adding an app that is asked.
pub const BIND_APP: &str = "/profile/security-info/add-authenticator";
/// Adding a security key.
pub const ADD_KEY: &str = "/profile/security-info/add-key";
/// Activating a hardware token on the way in.
pub const ENROL_TOKEN: &str = "/profile/self-enrol/token";
/// Making recovery codes.
pub const RECOVERY_CODES: &str = "/profile/security-info/recovery-codes";
/// Making new recovery codes on the way in.
pub const RENEW_CODES: &str = "/profile/security-info/recovery-codes/renew";
/// Removing recovery codes.
pub const REMOVE_RECOVERY_CODES: &str = "/profile/security-info/recovery-codes/remove";
/// Adding a telephone for text messages.
pub const ADD_TEXT: &str = "/profile/security-info/add-text";
/// Adding a telephone for calls.
pub const ADD_CALL: &str = "/profile/security-info/add-call";
/// Changing the password.
pub const CHANGE_PASSWORD: &str = "/profile/password";
/// The sessions of an account.
pub const SESSIONS: &str = "/profile/sessions";
/// Having the browser remembered, on the way in.
pub const REMEMBER: &str = "/profile/sessions/remember";
/// Having the browser remembered later.
pub const REMEMBER_HERE: &str = "/profile/sessions/devices/remember";
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
/// Who is protected.
pub const ADMIN_COVERAGE: &str = "/admin/coverage";
/// Messages that did not arrive.
pub const ADMIN_MESSAGES: &str = "/admin/messages";
/// Reports.
pub const ADMIN_REPORTS: &str = "/admin/reports";
/// Changes to many accounts.
pub const ADMIN_BULK: &str = "/admin/bulk";
/// Asking for one.
pub const ADMIN_NEW_BULK: &str = "/admin/bulk/new";
/// Asking for one for those who were ticked in a list.
pub const ADMIN_TICKED: &str = "/admin/bulk/ticked";
/// The exceptions of everybody whom one looks after.
pub const ADMIN_EXCEPTIONS: &str = "/admin/exceptions";
/// Asking for long exceptions.
pub const ADMIN_REQUEST_EXCEPTIONS: &str = "/admin/exceptions/request";
/// Where one person's account lies.
pub const ADMIN_PEOPLE: &str = "/admin/people";
/// Policies.
pub const ADMIN_POLICIES: &str = "/admin/policies";
/// Replays of past sign-ins under a draft of policies.
pub const ADMIN_REPLAYS: &str = "/admin/policies/replays";
/// What a sign-in would come to.
pub const ADMIN_WHAT_IF: &str = "/admin/what-if";
/// The named locations.
pub const ADMIN_LOCATIONS: &str = "/admin/named-locations";
/// What waits for whoever approves named locations.
pub const ADMIN_LOCATIONS_WAITING: &str = "/admin/named-locations/waiting";
/// Asking for a named location.
pub const ADMIN_REQUEST_LOCATION: &str = "/admin/named-locations/request";
/// The cases of compromised accounts.
pub const CASES: &str = "/admin/cases";
/// Typing the code that a device shows [RFC 8628 §3.3].
pub const DEVICE: &str = "/device";
/// Allowing or refusing a device.
pub const DEVICE_DECISION: &str = "/device/decision";
/// Whether the session cookie is good.
pub const SESSION_CHECK: &str = "/session/check";
/// Reporting a text message that somebody did not ask for.
pub const NOT_ME: &str = "/not-me";
/// A report was taken.
pub const NOT_ME_DONE: &str = "/not-me/done";
/// How accessible these pages are.
pub const ACCESSIBILITY: &str = "/accessibility";
/// The authenticator app.
pub const AUTHENTICATOR: &str = "/authenticator/";
/// What browsers need to install it.
pub const AUTHENTICATOR_MANIFEST: &str = "/authenticator/manifest.webmanifest";
/// Its service worker.
pub const AUTHENTICATOR_WORKER: &str = "/authenticator/sw.js";
/// The demonstration's phone: the authenticator app in a frame.
pub const DEMO_PHONE: &str = "/demo/phone";
/// What reaches the demonstration's phone: texts, calls, mails, and the codes of its people.
pub const DEMO_MESSAGES: &str = "/demo/messages";
/// Removing an account from the demonstration's phone.
pub const DEMO_PHONE_REMOVE: &str = "/demo/phone/remove";
/// Using the demonstration's phone in a call.
pub const DEMO_PHONE_CALL: &str = "/demo/phone/call";
/// Adding the key on the enrolment page to the demonstration's phone.
pub const DEMO_PHONE_SCAN: &str = "/demo/phone/scan";

/// Where a sign-in on the way to `destination` begins.
pub fn sign_in(destination: &Destination) -> String {
    match destination {
        Destination::Portal => SIGN_IN.to_owned(),
        Destination::PortalPage(page) => format!("{SIGN_IN}?to={}", word(*page)),
        Destination::Authorization(request) => format!("{SIGN_IN}?request={request}"),
        Destination::Device => format!("{SIGN_IN}?to=device"),
        Destination::MoveApp(app) => format!("{SIGN_IN}?to={MOVE_WORD}{app}"),
    }
}

/// A `page` between a sign-in and where it leads, told so as the first page of a sign-in is.
pub fn on_the_way(page: &str, destination: &Destination) -> String {
    match sign_in(destination).split_once('?') {
        Some((_, query)) => format!("{page}?{query}"),
        None => page.to_owned(),
    }
}

/// Where a completed sign-in goes on.
pub fn destination(destination: &Destination) -> String {
    match destination {
        Destination::Portal => HOME.to_owned(),
        Destination::PortalPage(page) => portal_page(*page).to_owned(),
        Destination::Authorization(request) => continue_authorization(*request),
        Destination::Device => DEVICE.to_owned(),
        Destination::MoveApp(app) => move_app(*app),
    }
}

/// Back to the protocol that asked for a sign-in.
pub fn continue_authorization(request: AuthorizationRequestId) -> String {
    format!("/oauth/authorize/continue?request={request}")
}

/// What stands before the identifier of an app that moves.
const MOVE_WORD: &str = "move-";

/// Moving an app to a new phone.
pub fn move_app(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/{id}/move")
}

/// Binding an app that is being added, or that moves.
pub fn bind_app(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/authenticator/{id}")
}

/// Asking an app that is being bound another time.
pub fn ask_app_again(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/authenticator/{id}/again")
}

/// Says when the page of an app that is being bound should go on.
pub fn wait_for_binding(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/authenticator/{id}/wait")
}

/// Showing a security key that is being added.
pub fn show_key(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/key/{id}")
}

/// Showing a smartcard that is being linked.
pub fn add_card(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/card/{id}")
}

/// Who is protected in the organisation with this code, and below.
pub(crate) fn admin_coverage(code: &str) -> String {
    format!("{ADMIN_COVERAGE}/{code}")
}

/// Giving somebody a temporary access pass.
pub fn admin_issue_pass(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/pass")
}

/// Registering a security key for somebody.
pub fn admin_begin_key(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/register-key")
}

/// Showing a security key that is registered for somebody.
pub fn admin_register_key(id: AccountId, key: CredentialId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/register-key/{key}")
}

/// Confirming an authenticator app that is being added.
pub fn add_app(id: CredentialId) -> String {
    format!("{ADD_APP}/{id}")
}

/// Adding a telephone for what `reach` says.
pub const fn add_phone(reach: Reach) -> &'static str {
    match reach {
        Reach::Text => ADD_TEXT,
        Reach::Call => ADD_CALL,
    }
}

/// Confirming a telephone that is being added.
pub fn confirm_phone(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/phone/{id}")
}

/// Asking for another code or call to a telephone that is being added.
pub fn send_to_phone(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/phone/{id}/send")
}

/// Changing the number of a telephone.
pub fn change_number(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/{id}/number")
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

/// Forgetting one of one's own browsers.
pub fn forget_device(id: DeviceId) -> String {
    format!("{SESSIONS}/devices/{id}/forget")
}

/// What was sent to somebody.
pub(crate) fn admin_messages_to(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/messages")
}

/// Sending a message again.
pub(crate) fn admin_send_again(id: MessageId) -> String {
    format!("{ADMIN_MESSAGES}/{id}/again")
}

/// The browsers of somebody's.
pub(crate) fn admin_devices(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/devices")
}

/// Forgetting one of them.
pub(crate) fn admin_forget_device(id: AccountId, device: DeviceId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/devices/{device}/forget")
}

/// An account, as whoever looks after it sees it.
pub fn admin_account(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}")
}

/// Doing something to an account; `deed` is one of the administration area's own words.
pub fn admin_deed(id: AccountId, deed: &'static str) -> String {
    format!("{ADMIN_PEOPLE}/{id}/{deed}")
}

/// One named location.
pub(crate) fn admin_location(id: NamedLocationId) -> String {
    format!("{ADMIN_LOCATIONS}/{id}")
}

/// Doing something with a named location; `deed` is one of the administration area's own words.
pub(crate) fn admin_location_deed(id: NamedLocationId, deed: &'static str) -> String {
    format!("{ADMIN_LOCATIONS}/{id}/{deed}")
}

/// Marking an account as compromised.
pub(crate) fn admin_compromise(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/compromise")
}

/// The case of a compromised account.
pub(crate) fn case(id: CaseId) -> String {
    format!("{CASES}/{id}")
}

/// Ticking a point of its check-list; `point` is one of the domain's own words.
pub(crate) fn case_point(id: CaseId, point: &'static str) -> String {
    format!("{CASES}/{id}/points/{point}")
}

/// Deciding about one of its quarantined factors.
pub(crate) fn case_factor(id: CaseId, factor: CredentialId) -> String {
    format!("{CASES}/{id}/factors/{factor}")
}

/// Giving the account back.
pub(crate) fn case_restore(id: CaseId) -> String {
    format!("{CASES}/{id}/restore")
}

/// Lifting the pin of the account.
pub(crate) fn case_lift(id: CaseId) -> String {
    format!("{CASES}/{id}/lift")
}

/// Suspending somebody's prompts for a day.
pub(crate) fn admin_give_exception(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/exception")
}

/// Giving somebody more time to register.
pub(crate) fn admin_postpone(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/postpone")
}

/// Asking for a long exception for somebody.
pub(crate) fn admin_request_exception(id: AccountId) -> String {
    format!("{ADMIN_REQUEST_EXCEPTIONS}?for={id}")
}

/// A request for long exceptions.
pub(crate) fn admin_exception_request(id: ExceptionRequestId) -> String {
    format!("{ADMIN_EXCEPTIONS}/requests/{id}")
}

/// Approving a request for long exceptions.
pub(crate) fn admin_approve_exceptions(id: ExceptionRequestId) -> String {
    format!("{ADMIN_EXCEPTIONS}/requests/{id}/approve")
}

/// Rejecting a request for long exceptions.
pub(crate) fn admin_reject_exceptions(id: ExceptionRequestId) -> String {
    format!("{ADMIN_EXCEPTIONS}/requests/{id}/reject")
}

/// Activating a hardware token.
pub(crate) fn activate_token(id: CredentialId) -> String {
    format!("{SECURITY_INFO}/token/{id}")
}

/// Giving somebody a hardware token.
pub(crate) fn admin_assign_token(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/token")
}

/// A change to many accounts.
pub(crate) fn admin_bulk_change(id: BulkChangeId) -> String {
    format!("{ADMIN_BULK}/{id}")
}

/// Reminding the people of an organisation.
pub(crate) fn admin_remind(code: &str) -> String {
    format!("{ADMIN_COVERAGE}/{code}/remind")
}

/// Giving somebody a role.
pub(crate) fn admin_give_role(id: AccountId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/role")
}

/// Taking a role away.
pub(crate) fn admin_take_role(id: AccountId, grant: RoleGrantId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/roles/{grant}/take-away")
}

/// Taking a hardware token back.
pub(crate) fn admin_take_token_back(id: AccountId, token: CredentialId) -> String {
    format!("{ADMIN_PEOPLE}/{id}/token/{token}/take-back")
}

/// The word for a portal page in an address.
pub(crate) const fn word(page: PortalPage) -> &'static str {
    match page {
        PortalPage::Profile => "profile",
        PortalPage::SelfService => "self-service",
        PortalPage::SecurityInfo => "security-info",
        PortalPage::AddAuthenticator => "add-authenticator",
        PortalPage::BindAuthenticator => "bind-authenticator",
        PortalPage::AddText => "add-text",
        PortalPage::AddCall => "add-call",
        PortalPage::AddKey => "add-key",
        PortalPage::AddCard => "add-card",
        PortalPage::RecoveryCodes => "recovery-codes",
        PortalPage::ChangePassword => "change-password",
        PortalPage::Sessions => "sessions",
        PortalPage::RecentSignIns => "recent-sign-ins",
        PortalPage::Exceptions => "exceptions",
        PortalPage::BulkChanges => "bulk-changes",
        PortalPage::Admin => "admin",
        PortalPage::NamedLocations => "named-locations",
        PortalPage::Cases => "cases",
    }
}

/// Every portal page that a sign-in can lead to.
const PORTAL_PAGES: [PortalPage; 18] = [
    PortalPage::Profile,
    PortalPage::SelfService,
    // Before the page that they lie below.
    PortalPage::AddAuthenticator,
    PortalPage::BindAuthenticator,
    PortalPage::AddText,
    PortalPage::AddCall,
    PortalPage::AddKey,
    PortalPage::AddCard,
    PortalPage::RecoveryCodes,
    PortalPage::SecurityInfo,
    PortalPage::ChangePassword,
    PortalPage::Sessions,
    PortalPage::RecentSignIns,
    PortalPage::NamedLocations,
    PortalPage::Cases,
    // Before the page that it lies below.
    PortalPage::Exceptions,
    PortalPage::BulkChanges,
    PortalPage::Admin,
];

/// The destination that the word in an address names; the portal's home for anything else.
///
/// SECURITY: a closed list, so that a crafted address leads nowhere but to our own pages.
pub(crate) fn destination_named(word_given: &str) -> Destination {
    if word_given == "device" {
        return Destination::Device;
    }
    if let Some(Ok(app)) = word_given.strip_prefix(MOVE_WORD).map(str::parse) {
        return Destination::MoveApp(app);
    }
    PORTAL_PAGES.into_iter().find(|page| word(*page) == word_given).map_or(Destination::Portal, Destination::PortalPage)
}

/// The destination that leads back to the page at `path` after a sign-in.
pub(crate) fn destination_of(path: &str) -> Destination {
    if path.starts_with(DEVICE) {
        return Destination::Device;
    }
    let moving = path.strip_prefix(SECURITY_INFO).and_then(|rest| rest.strip_prefix('/')?.strip_suffix("/move"));
    if let Some(Ok(app)) = moving.map(str::parse) {
        return Destination::MoveApp(app);
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
        PortalPage::BindAuthenticator => BIND_APP,
        PortalPage::AddText => ADD_TEXT,
        PortalPage::AddCall => ADD_CALL,
        PortalPage::AddKey => ADD_KEY,
        PortalPage::AddCard => ADD_CARD,
        PortalPage::RecoveryCodes => RECOVERY_CODES,
        PortalPage::ChangePassword => CHANGE_PASSWORD,
        PortalPage::Sessions => SESSIONS,
        PortalPage::RecentSignIns => RECENT_SIGN_INS,
        PortalPage::Exceptions => ADMIN_EXCEPTIONS,
        PortalPage::Admin => ADMIN,
        PortalPage::NamedLocations => ADMIN_LOCATIONS,
        PortalPage::Cases => CASES,
        PortalPage::BulkChanges => ADMIN_BULK,
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
        assert_eq!(destination_of("/admin/cases/17"), Destination::PortalPage(PortalPage::Cases));
        assert_eq!(destination_of("/admin/exceptions/request"), Destination::PortalPage(PortalPage::Exceptions));
        assert_eq!(destination_of("/admin/people"), Destination::PortalPage(PortalPage::Admin));
        let below = destination_of("/admin/named-locations/0199/approve");
        assert_eq!(below, Destination::PortalPage(PortalPage::NamedLocations));
        assert_eq!(destination_of(DEVICE), Destination::Device);
    }

    #[test]
    fn an_address_cannot_name_a_place_of_its_own() {
        for hostile in ["//evil.example", "https://evil.example", "admin/../..", "", "oauth"] {
            assert_eq!(destination_named(hostile), Destination::Portal, "{hostile}");
        }
    }
}
