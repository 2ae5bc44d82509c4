//! `[oidc]`: the OpenID Connect provider.

use std::ops::RangeInclusive;
use std::time::Duration;

use wardkey_domain::application::device::UserCodeLimits;
use wardkey_domain::application::{KeySchedule, Lifetimes};
use wardkey_usecases::application::OidcSettings;

use super::reader::{Reader, Section};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

pub fn read(reader: &mut Reader) -> OidcSettings {
    let mut section = reader.section("oidc", "The OpenID Connect provider.");
    let default = OidcSettings::default();
    OidcSettings {
        lifetimes: lifetimes(&mut section, default.lifetimes),
        keys: keys(&mut section, default.keys),
        user_codes: user_codes(&mut section, default.user_codes),
        secret_overlap: section.value(
            "secret_overlap",
            "How long an application's old secret stays good after a new one was made.",
            default.secret_overlap,
        ),
        client_keys: section.bounded(
            "client_keys",
            "How long the keys that an application publishes are kept before they are fetched again.",
            default.client_keys,
            MINUTE..=DAY,
        ),
    }
}

fn lifetimes(section: &mut Section<'_>, default: Lifetimes) -> Lifetimes {
    let mut time = |key, about, default: Duration, allowed: RangeInclusive<Duration>| {
        section.bounded(key, about, default, allowed)
    };
    Lifetimes {
        code: time("code", "How long an authorization code is good for.", default.code, 10 * SECOND..=10 * MINUTE),
        access_token: time(
            "access_token",
            "How long an access token is good for, unless the application has its own setting.",
            default.access_token,
            MINUTE..=DAY,
        ),
        id_token: time("id_token", "How long an ID token is good for.", default.id_token, MINUTE..=DAY),
        refresh_idle: time(
            "refresh_idle",
            "A refresh token that was not used for this long has ended.",
            default.refresh_idle,
            HOUR..=365 * DAY,
        ),
        refresh_absolute: time(
            "refresh_absolute",
            "A refresh token has ended this long after the sign-in, however busy it is.",
            default.refresh_absolute,
            HOUR..=365 * DAY,
        ),
        authorization_request: time(
            "authorization_request",
            "How long a request waits for somebody to sign in.",
            default.authorization_request,
            MINUTE..=HOUR,
        ),
        pushed_request: time(
            "pushed_request",
            "How long a pushed authorization request (RFC 9126) waits for its browser.",
            default.pushed_request,
            10 * SECOND..=10 * MINUTE,
        ),
        device_code: time(
            "device_code",
            "How long a device code (RFC 8628) is good for.",
            default.device_code,
            MINUTE..=HOUR,
        ),
        logout_request: time(
            "logout_request",
            "How long a request to sign out waits for a confirmation.",
            default.logout_request,
            MINUTE..=HOUR,
        ),
    }
}

fn keys(section: &mut Section<'_>, default: KeySchedule) -> KeySchedule {
    KeySchedule {
        signs_for: section.bounded(
            "key_signs_for",
            "How long a key signs tokens before the next one takes its turn.",
            default.signs_for,
            DAY..=730 * DAY,
        ),
        published_before: section.bounded(
            "key_published_before",
            "How long a key is published before it signs, so that applications know it in time.",
            default.published_before,
            HOUR..=90 * DAY,
        ),
        published_after: section.bounded(
            "key_published_after",
            "How long a key stays published after it stopped signing.",
            default.published_after,
            HOUR..=365 * DAY,
        ),
    }
}

fn user_codes(section: &mut Section<'_>, default: UserCodeLimits) -> UserCodeLimits {
    UserCodeLimits {
        window: section.bounded(
            "user_code_window",
            "The span in which tries of a device's user code are counted.",
            default.window,
            MINUTE..=DAY,
        ),
        per_account: section.bounded(
            "user_code_per_account",
            "Tries in that span by one account.",
            default.per_account,
            1..=1_000,
        ),
        per_address: section.bounded(
            "user_code_per_address",
            "Tries in that span from one network address.",
            default.per_address,
            1..=100_000,
        ),
    }
}
