//! What an answer of Notify means for the text that it answers.

use std::time::Duration;

use serde::Deserialize;

use crate::hand_over::{HandOver, RefusedWhy};

/// How long to leave Notify alone when it does not say: its limit counts a minute.
const RATE_WINDOW: Duration = Duration::from_secs(60);

/// The success of `POST /v2/notifications/sms`.
#[derive(Deserialize)]
struct Taken {
    id: String,
}

/// The failure of any request: `{status_code, errors: [{error, message}]}`.
#[derive(Default, Deserialize)]
struct Failure {
    #[serde(default)]
    errors: Vec<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    error: String,
    #[serde(default)]
    message: String,
}

/// The outcome of a request that was answered with `status` and `body`; `retry_after` is what the header of that name says.
pub(super) fn outcome(status: u16, retry_after: Option<Duration>, body: Option<&[u8]>) -> HandOver {
    let failure = || body.and_then(|body| serde_json::from_slice::<Failure>(body).ok()).unwrap_or_default();
    match status {
        // A success that cannot be read is one all the same: the text is on its way, under a name that we missed.
        200..=299 => match body.and_then(|body| serde_json::from_slice::<Taken>(body).ok()) {
            Some(taken) => HandOver::Accepted { reference: taken.id },
            None => HandOver::Unknown,
        },
        400 => bad_request(&failure()),
        401 | 403 => HandOver::try_another(RefusedWhy::Credentials),
        // Notify has one status for both of its limits, the one of a minute and the one of a day.
        429 if failure().errors.iter().any(|problem| problem.error.starts_with("TooManyRequests")) => {
            HandOver::try_another(RefusedWhy::Limit)
        }
        429 => HandOver::try_later(RefusedWhy::Throttled, Some(retry_after.unwrap_or(RATE_WINDOW))),
        // SECURITY: whoever says "server error" or "you took too long" may have passed the request on before. A proxy in front
        // of Notify does so when its own patience ends, while the text goes out. It is never sent again.
        408 | 500..=599 => HandOver::Unknown,
        // Not found, not allowed, moved: whatever answers there is not the API, or not this version of it.
        _ => HandOver::try_another(RefusedWhy::Gateway),
    }
}

/// A request that Notify understood and does not want. Only the number and the length are the text's fault; the template, its
/// fields, the sender and the rights of the service are for the operator.
fn bad_request(failure: &Failure) -> HandOver {
    let says = |words: &str| failure.errors.iter().any(|problem| problem.message.contains(words));
    if failure.errors.iter().any(is_about_number) {
        HandOver::give_up(RefusedWhy::Recipient)
    } else if says("cannot be longer than") || says("character limit") || says("character count") {
        HandOver::give_up(RefusedWhy::Message)
    } else {
        HandOver::try_another(RefusedWhy::Gateway)
    }
}

fn is_about_number(problem: &Problem) -> bool {
    problem.error == "ValidationError"
        && problem.message.starts_with("phone_number")
        && !problem.message.contains("required property")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, expected: &HandOver) {
        assert_eq!(&outcome(status, None, Some(body.as_bytes())), expected, "{status} {body}");
    }

    fn error(error: &str, message: &str) -> String {
        format!(r#"{{"status_code":400,"errors":[{{"error":"{error}","message":"{message}"}}]}}"#)
    }

    #[test]
    fn a_success_has_a_name() {
        check(201, r#"{"id":"740e5834","reference":"r"}"#, &HandOver::Accepted { reference: "740e5834".to_owned() });
        check(201, "<html>", &HandOver::Unknown);
        assert_eq!(outcome(201, None, None), HandOver::Unknown);
    }

    #[test]
    fn a_number_that_cannot_be_sent_to_is_given_up() {
        for message in ["phone_number Not enough digits", "phone_number Must not contain letters or symbols"] {
            check(400, &error("ValidationError", message), &HandOver::give_up(RefusedWhy::Recipient));
        }
    }

    #[test]
    fn what_the_operator_set_up_wrongly_is_tried_elsewhere() {
        for (name, message) in [
            ("BadRequestError", "Template not found"),
            ("BadRequestError", "Missing personalisation: message"),
            ("BadRequestError", "Can't send to this recipient using a team-only API key"),
            ("ValidationError", "template_id is not a valid UUID"),
            ("ValidationError", "phone_number is a required property"),
        ] {
            check(400, &error(name, message), &HandOver::try_another(RefusedWhy::Gateway));
        }
        check(400, "", &HandOver::try_another(RefusedWhy::Gateway));
        check(404, "<html>", &HandOver::try_another(RefusedWhy::Gateway));
        check(302, "", &HandOver::try_another(RefusedWhy::Gateway));
    }

    #[test]
    fn a_refused_key_is_tried_elsewhere() {
        check(401, "", &HandOver::try_another(RefusedWhy::Credentials));
        check(403, &error("AuthError", "Invalid token"), &HandOver::try_another(RefusedWhy::Credentials));
    }

    #[test]
    fn the_limit_of_a_minute_passes_and_the_one_of_a_day_does_not() {
        let minute = error("RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds");
        check(429, &minute, &HandOver::try_later(RefusedWhy::Throttled, Some(RATE_WINDOW)));
        let said = Some(Duration::from_secs(7));
        assert_eq!(outcome(429, said, Some(minute.as_bytes())), HandOver::try_later(RefusedWhy::Throttled, said));
        let day = error("TooManyRequestsError", "Exceeded send limits (250,000) for today");
        check(429, &day, &HandOver::try_another(RefusedWhy::Limit));
    }

    #[test]
    fn a_server_error_is_never_a_reason_to_send_again() {
        for status in [408, 500, 502, 503, 504] {
            check(status, &error("Exception", "Internal server error"), &HandOver::Unknown);
        }
    }
}
