//! What a call says that differs from call to call.

use super::order::{Call, CallPurpose};

/// The sentence that says what a call is for.
///
/// SECURITY: whoever answers may not be who asked, so it never says that they did.
pub(super) fn context(call: &Call) -> String {
    let organisation = call.organisation.as_str();
    match &call.purpose {
        CallPurpose::SignIn { application: Some(application) } => {
            format!("This call is about a sign-in to {application}, at {organisation}.")
        }
        CallPurpose::SignIn { application: None } => format!("This call is about a sign-in at {organisation}."),
        CallPurpose::Enrolment => {
            format!("This call is to add this telephone to somebody's sign-in at {organisation}.")
        }
    }
}
