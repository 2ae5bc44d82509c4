//! `[message]` and `[budget]`: messages that leave, and how many there may be.

use std::time::Duration;

use wardkey_domain::message::{Allowance, BudgetRules, Prices};
use wardkey_usecases::message::MessageSettings;

use super::reader::{Reader, Section};

pub fn read(reader: &mut Reader, ring_for: Duration) -> MessageSettings {
    let default = MessageSettings::default();
    let mut section = reader.section("message", "Text messages, calls and e-mails that leave.");
    let keep = section.bounded(
        "keep",
        "How long it is remembered that there was a message, without what it said: that is forgotten as soon as it has left.",
        default.keep,
        Duration::from_secs(86_400)..=Duration::from_secs(366 * 86_400),
    );
    let report_within = section.bounded(
        "report_within",
        "For how long the reference in a text can be used to report it.",
        default.report_within,
        Duration::from_secs(600)..=Duration::from_secs(86_400),
    );
    let shared_number = section.bounded(
        "shared_number",
        "When so many accounts have the same number, administrators are told.",
        default.shared_number,
        2..=100,
    );
    let lock_reported = section.value(
        "lock_reported",
        "Whether the account of somebody who reports a sign-in that was not theirs is locked until an administrator enables \
         it. The password is known to somebody else; but whoever finds a phone could lock its owner out.",
        default.lock_reported,
    );
    drop(section);
    let budgets = budgets(reader, default.budgets);
    MessageSettings { budgets, keep, report_within, ring_for, shared_number, lock_reported }
}

fn budgets(reader: &mut Reader, default: BudgetRules) -> BudgetRules {
    let mut section = reader.section(
        "budget",
        "How many text messages and calls there may be, by the hour of the clock and by the day. When most of the budget of \
         the whole service is used, each number and account gets a quarter of its own.",
    );
    BudgetRules {
        number: Allowance {
            hour: count(&mut section, "number_hour", "To one number in an hour.", default.number.hour),
            day: count(&mut section, "number_day", "To one number in a day.", default.number.day),
        },
        account: Allowance {
            hour: count(&mut section, "account_hour", "For one account in an hour.", default.account.hour),
            day: count(&mut section, "account_day", "For one account in a day.", default.account.day),
        },
        range: Allowance {
            hour: count(
                &mut section,
                "range_hour",
                "To one range of 100,000 numbers in an hour: fraudsters own ranges and have themselves called.",
                default.range.hour,
            ),
            day: count(&mut section, "range_day", "To one range in a day.", default.range.day),
        },
        organisation: Allowance {
            hour: count(
                &mut section,
                "organisation_hour",
                "For the people of one organisation in an hour.",
                default.organisation.hour,
            ),
            day: count(
                &mut section,
                "organisation_day",
                "For the people of one organisation in a day.",
                default.organisation.day,
            ),
        },
        service: Allowance {
            hour: count(&mut section, "service_hour", "Altogether in an hour.", default.service.hour),
            day: count(&mut section, "service_day", "Altogether in a day.", default.service.day),
        },
        organisation_pence_a_day: count(
            &mut section,
            "organisation_pence_a_day",
            "What one organisation may spend in a day, in pence.",
            default.organisation_pence_a_day,
        ),
        prices: Prices {
            text: count(
                &mut section,
                "text_price",
                "What a text message costs, in hundredths of a penny.",
                default.prices.text,
            ),
            call: count(
                &mut section,
                "call_price",
                "What a call costs, in hundredths of a penny.",
                default.prices.call,
            ),
        },
        organisation_calls_at_once: count(
            &mut section,
            "organisation_calls_at_once",
            "How many calls of one organisation there may be at the same time.",
            default.organisation_calls_at_once,
        ),
    }
}

fn count(section: &mut Section<'_>, key: &'static str, about: &'static str, default: u32) -> u32 {
    section.bounded(key, about, default, 1..=100_000_000)
}
