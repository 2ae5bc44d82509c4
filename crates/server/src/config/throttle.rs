//! `[throttle]`: how failures slow further tries down.

use std::time::Duration;

use wardkey_domain::credential::{Limit, ThrottleRules};

use super::reader::{Reader, Section};

/// The keys of one limit, and what it is about.
struct Keys {
    free: &'static str,
    first_wait: &'static str,
    longest_wait: &'static str,
    forget_one_in: &'static str,
    about: [&'static str; 4],
}

const ACCOUNT: Keys = Keys {
    free: "account_free",
    first_wait: "account_first_wait",
    longest_wait: "account_longest_wait",
    forget_one_in: "account_forget_one_in",
    about: [
        "For one account and factor, from browsers that it has not signed in with: failures that cost nothing.",
        "The wait after the first failure beyond those; each further one doubles it.",
        "The longest wait.",
        "One failure is forgotten each time this long has passed.",
    ],
};

const DEVICE: Keys = Keys {
    free: "device_free",
    first_wait: "device_first_wait",
    longest_wait: "device_longest_wait",
    forget_one_in: "device_forget_one_in",
    about: [
        "For one account and factor, from one browser that it has signed in with: failures that cost nothing. Nobody \
         else's failures count here, so that an attacker cannot lock the owner out.",
        "The wait after the first failure beyond those; each further one doubles it.",
        "The longest wait.",
        "One failure is forgotten each time this long has passed.",
    ],
};

const NETWORK: Keys = Keys {
    free: "network_free",
    first_wait: "network_first_wait",
    longest_wait: "network_longest_wait",
    forget_one_in: "network_forget_one_in",
    about: [
        "For one network (/24 of IPv4, /64 of IPv6), over all accounts: failures that cost nothing. It is loose, because a \
         whole hospital may stand behind one address.",
        "The wait after the first failure beyond those; each further one doubles it.",
        "The longest wait.",
        "One failure is forgotten each time this long has passed.",
    ],
};

pub fn read(reader: &mut Reader) -> ThrottleRules {
    let mut section =
        reader.section("throttle", "How failures slow further tries down. No lock is ever permanent but `ceiling`.");
    let default = ThrottleRules::default();
    ThrottleRules {
        account: limit(&mut section, &ACCOUNT, default.account),
        device: limit(&mut section, &DEVICE, default.device),
        network: limit(&mut section, &NETWORK, default.network),
        ceiling: section.bounded(
            "ceiling",
            "How many consecutive failures of a second factor are the end: then only an administrator's re-enrolment \
             helps. NIST SP 800-63B allows 100.",
            default.ceiling,
            5..=100,
        ),
    }
}

fn limit(section: &mut Section<'_>, keys: &Keys, default: Limit) -> Limit {
    let [free, first_wait, longest_wait, forget_one_in] = keys.about;
    let (second, day) = (Duration::from_secs(1), Duration::from_secs(86_400));
    let limit = Limit {
        free: section.bounded(keys.free, free, default.free, 1..=100_000),
        first_wait: section.bounded(keys.first_wait, first_wait, default.first_wait, second..=day),
        longest_wait: section.bounded(keys.longest_wait, longest_wait, default.longest_wait, second..=day),
        forget_one_in: section.bounded(keys.forget_one_in, forget_one_in, default.forget_one_in, second..=30 * day),
    };
    if limit.first_wait > limit.longest_wait {
        section.complain(keys.first_wait, "it is longer than the longest wait");
    }
    limit
}
