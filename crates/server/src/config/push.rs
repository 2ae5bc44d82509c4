//! `[push]` and `[place]`: requests to authenticator apps, and what they say of the place.

use std::path::PathBuf;
use std::time::Duration;

use wardkey_domain::access::Places;
use wardkey_domain::factor::push::{Digits, PaceRules, PushRules};

use wardkey_gateway::outbound::AllowedHost;

use super::outbound::hosts;
use super::reader::Reader;

/// What the sections say.
#[derive(Clone, Debug)]
pub struct Push {
    /// Requests.
    pub rules: PushRules,
    /// Whom a push service tells about trouble.
    pub contact: Option<String>,
    /// Push services that may be on a private network, and called over http.
    pub allow: Vec<AllowedHost>,
    /// The places of networks.
    pub places: Places,
}

pub fn read(reader: &mut Reader) -> Push {
    let mut section = reader.section(
        "push",
        "Requests to Wardkey Authenticator. The person types the number on the page into the app: that cannot be switched off.",
    );
    let default = PushRules::default();
    let digits = section.choice(
        "digits",
        "How long the number is. With `2` it is as people know it from elsewhere; NIST SP 800-63B asks for `6`.",
        "2",
        &["2", "6"],
    );
    let lifetime = section.bounded(
        "lifetime",
        "How long a request is open.",
        default.lifetime,
        Duration::from_secs(60)..=Duration::from_secs(600),
    );
    let pace = PaceRules {
        free: section.bounded(
            "free",
            "How many requests may follow each other without success before the first wait.",
            default.pace.free,
            1..=10,
        ),
        wait: section.bounded(
            "wait",
            "The first wait; each further one is twice as long, and 15 minutes at most. Success ends it.",
            default.pace.wait,
            Duration::from_secs(5)..=Duration::from_secs(300),
        ),
        hour: section.bounded(
            "most_per_hour",
            "How many requests an account's apps get within an hour of the clock, successful ones too, for browsers that have signed in before, \
             and as many for those that have not.",
            default.pace.hour,
            1..=100,
        ),
        ..default.pace
    };
    let refuse_network_for = section.bounded(
        "refuse_network_for",
        "For how long nothing is asked on behalf of a network after somebody said in the app that a sign-in from there is not \
         theirs. Their own network, and browsers of theirs, are not refused.",
        default.refuse_network_for,
        Duration::from_secs(600)..=Duration::from_secs(30 * 86_400),
    );
    let contact: Option<String> = section.optional(
        "contact",
        "An address by which push services reach you, `mailto:` or `https:`. Without it they are told the issuer.",
        "\"mailto:it@trust.example\"",
    );
    if contact.as_ref().is_some_and(|contact| !contact.starts_with("mailto:") && !contact.starts_with("https://")) {
        section.complain("contact", "it begins with `mailto:` or `https://`".to_owned());
    }
    let allow = hosts(
        &mut section,
        "Push services, each as `name:port`, that may be called although they are on a private network, and over http. \
         `outbound.allow` does not count for them: the app's browser chooses the address.",
    );
    drop(section);
    let digits = if digits == "6" { Digits::Six } else { Digits::Two };
    let rules = PushRules { digits, lifetime, pace, refuse_network_for, ..default };
    Push { rules, contact, allow, places: places(reader) }
}

fn places(reader: &mut Reader) -> Places {
    let mut section = reader.section("place", "The place that a network's address belongs to, as apps show it.");
    let path: Option<PathBuf> = section.optional(
        "geofeed",
        "A file of networks and places in the format of RFC 8805: network, country, region, city. List your own networks, or \
         use a feed of your provider. Without it apps show the address alone.",
        "\"/etc/wardkey/geofeed.csv\"",
    );
    let Some(path) = path else { return Places::default() };
    let read = std::fs::read_to_string(&path).map_err(|error| error.to_string());
    match read.and_then(|text| Places::parse(&text).map_err(|error| error.to_string())) {
        Ok(places) => places,
        Err(why) => {
            section.complain("geofeed", format!("cannot use `{}`: {why}", path.display()));
            Places::default()
        }
    }
}
