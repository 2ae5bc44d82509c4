//! How many messages there may be: for one number, account, organisation, range of numbers, and altogether.
//!
//! Each is counted by the hour and by the day, in windows of the clock. When the whole service has used most of what it
//! may, everybody gets less, so that it slows down before a bill explodes (zitadel #7186, kratos #1835).

use std::time::Duration;

use super::kind::Channel;
use crate::factor::telephone::PhoneNumber;
use crate::id::{AccountId, OrganisationId};
use crate::time::Timestamp;

/// How many there may be of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Within an hour of the clock.
    pub hour: u32,
    /// Within a day of the clock, in UTC.
    pub day: u32,
}

/// What messages cost, in hundredths of a penny.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prices {
    /// A text.
    pub text: u32,
    /// A call.
    pub call: u32,
}

/// How many texts and calls there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BudgetRules {
    /// To one number.
    pub number: Allowance,
    /// For one account.
    pub account: Allowance,
    /// To one range of a hundred thousand numbers: fraudsters own ranges and have themselves called.
    pub range: Allowance,
    /// For one organisation.
    pub organisation: Allowance,
    /// Altogether.
    pub service: Allowance,
    /// What one organisation may spend in a day, in pence.
    pub organisation_pence_a_day: u32,
    /// What messages cost.
    pub prices: Prices,
    /// How many calls of one organisation there may be at once.
    pub organisation_calls_at_once: u32,
}

impl Default for BudgetRules {
    fn default() -> Self {
        Self {
            number: Allowance { hour: 6, day: 20 },
            account: Allowance { hour: 10, day: 30 },
            range: Allowance { hour: 300, day: 2_000 },
            organisation: Allowance { hour: 3_000, day: 30_000 },
            service: Allowance { hour: 20_000, day: 200_000 },
            organisation_pence_a_day: 50_000,
            prices: Prices { text: 240, call: 800 },
            organisation_calls_at_once: 60,
        }
    }
}

/// A text or a call that somebody wants to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// By what it goes.
    pub channel: Channel,
    /// To whom.
    pub number: &'a PhoneNumber,
    /// Whether the number is a factor already.
    pub is_proved: bool,
    /// For which account.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Messages to one number that is a factor.
    Number(PhoneNumber),
    /// Messages to one number that somebody wants to enrol: whoever types other people's numbers uses up nothing of theirs.
    NewNumber(PhoneNumber),
    /// Messages for one account.
    Account(AccountId),
    /// Messages to one range of numbers.
    Range(String),
    /// Messages for one organisation.
    Organisation(OrganisationId),
    /// What one organisation spends.
    Spend(OrganisationId),
    /// Messages altogether.
    Service,
}

/// One counter in one window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// What is counted.
    pub counted: Counted,
    /// The window's name: its length and its number since 1970.
    pub window: String,
    /// How much one message adds.
    pub adds: u32,
    /// How much there may be.
    pub most: u32,
    /// When the window ends.
    pub ends_at: Timestamp,
    /// Whether most of it being used makes everybody slower.
    pub slows: bool,
}

/// What the counters say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetVerdict {
    /// There may be one more.
    Within,
    /// There may be none before a moment.
    Spent {
        /// That moment.
        until: Timestamp,
    },
}

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);
/// Four fifths of the whole used: from there on everybody gets a quarter.
const SLOW_FROM: (u64, u64) = (4, 5);
const SLOW_BY: u32 = 4;

impl Counted {
    /// A canonical name, to be kept as a keyed hash.
    pub fn name(&self) -> String {
        match self {
            Self::Number(number) => format!("number {} {}", number.e164(), number.extension().unwrap_or_default()),
            Self::NewNumber(number) => {
                format!("new number {} {}", number.e164(), number.extension().unwrap_or_default())
            }
            Self::Account(account) => format!("account {account}"),
            Self::Range(range) => format!("range {range}"),
            Self::Organisation(organisation) => format!("organisation {organisation}"),
            Self::Spend(organisation) => format!("spend {organisation}"),
            Self::Service => "service".to_owned(),
        }
    }

    /// The word for it in metrics.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Number(_) => "number",
            Self::NewNumber(_) => "new_number",
            Self::Account(_) => "account",
            Self::Range(_) => "range",
            Self::Organisation(_) => "organisation",
            Self::Spend(_) => "spend",
            Self::Service => "service",
        }
    }
}

impl BudgetRules {
    /// The counters that one message must pass, the narrowest first, in the order in which they are locked.
    pub fn gauges(&self, sending: &Sending<'_>, now: Timestamp) -> Vec<Gauge> {
        let Sending { channel, number, is_proved, account, organisation } = *sending;
        let mut gauges = Vec::new();
        let mut count = |counted: Counted, allowance: Allowance| {
            let slows = counted == Counted::Service;
            gauges.push(gauge(counted.clone(), HOUR, 1, allowance.hour, slows, now));
            gauges.push(gauge(counted, DAY, 1, allowance.day, slows, now));
        };
        let counted = if is_proved { Counted::Number } else { Counted::NewNumber };
        count(counted(number.clone()), self.number);
        count(Counted::Account(account), self.account);
        count(Counted::Range(number.range().to_owned()), self.range);
        count(Counted::Organisation(organisation), self.organisation);
        count(Counted::Service, self.service);
        let price = match channel {
            Channel::Text => self.prices.text,
            Channel::Call => self.prices.call,
            Channel::Push | Channel::Mail => 0,
        };
        let most = self.organisation_pence_a_day.saturating_mul(100);
        gauges.push(gauge(Counted::Spend(organisation), DAY, price, most, false, now));
        gauges
    }
}

fn gauge(counted: Counted, window: Duration, adds: u32, most: u32, slows: bool, now: Timestamp) -> Gauge {
    let seconds = i64::try_from(window.as_secs()).unwrap_or(1);
    let number = now.as_seconds().div_euclid(seconds);
    let ends_at = Timestamp::from_seconds(number.saturating_add(1).saturating_mul(seconds));
    Gauge { counted, window: format!("{seconds}/{number}"), adds, most, ends_at, slows }
}

impl Gauge {
    /// Judges counters, each with what is used of it so far: none may be passed, and when the whole service has used most
    /// of what it may, the counters of one number and one account get a quarter.
    pub fn judge(gauges: &[(Self, u64)]) -> BudgetVerdict {
        let nearly = |(gauge, used): &(Self, u64)| {
            gauge.slows && used.saturating_mul(SLOW_FROM.1) >= u64::from(gauge.most).saturating_mul(SLOW_FROM.0)
        };
        let slow = gauges.iter().any(nearly);
        let until = gauges.iter().filter(|(gauge, used)| used + u64::from(gauge.adds) > gauge.limit(slow));
        match until.map(|(gauge, _)| gauge.ends_at).max() {
            Some(until) => BudgetVerdict::Spent { until },
            None => BudgetVerdict::Within,
        }
    }

    fn limit(&self, slow: bool) -> u64 {
        match self.counted {
            Counted::Number(_) | Counted::NewNumber(_) | Counted::Account(_) if slow => {
                u64::from((self.most / SLOW_BY).max(1))
            }
            Counted::Number(_)
            | Counted::NewNumber(_)
            | Counted::Account(_)
            | Counted::Range(_)
            | Counted::Organisation(_)
            | Counted::Spend(_)
            | Counted::Service => u64::from(self.most),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000 * 86_400 + 1_800);

    fn gauges(channel: Channel) -> Vec<Gauge> {
        let number = PhoneNumber::restore("+447700900123".to_owned(), None);
        let account = AccountId::new(NOW, [1; 10]);
        let organisation = OrganisationId::new(NOW, [2; 10]);
        let sending = Sending { channel, number: &number, is_proved: true, account, organisation };
        BudgetRules::default().gauges(&sending, NOW)
    }

    /// Judges with `used` of one counter's hour, and nothing of the others.
    fn check(word: &str, used: u64, expected: BudgetVerdict) {
        let mut found = false;
        let counted = gauges(Channel::Text).into_iter().map(|gauge| {
            let is_it = gauge.counted.word() == word && !found;
            found |= is_it;
            (gauge, if is_it { used } else { 0 })
        });
        assert_eq!(Gauge::judge(&counted.collect::<Vec<_>>()), expected, "{word} {used}");
    }

    #[test]
    fn each_counter_has_an_end() {
        let until = Timestamp::from_seconds(1_000 * 86_400 + 3_600);
        let spent = BudgetVerdict::Spent { until };
        for (word, most) in
            [("number", 6), ("account", 10), ("range", 300), ("organisation", 3_000), ("service", 20_000)]
        {
            check(word, most - 1, BudgetVerdict::Within);
            check(word, most, spent);
        }
        let day = BudgetVerdict::Spent { until: Timestamp::from_seconds(1_001 * 86_400) };
        check("spend", 5_000_000 - 240, BudgetVerdict::Within);
        check("spend", 5_000_000 - 239, day);
    }

    #[test]
    fn the_service_slows_before_it_stops() {
        let judge = |service: u64, number: u64| {
            let used = |gauge: &Gauge| match gauge.counted {
                Counted::Service => service,
                Counted::Number(_) => number,
                Counted::NewNumber(_)
                | Counted::Account(_)
                | Counted::Range(_)
                | Counted::Organisation(_)
                | Counted::Spend(_) => 0,
            };
            let counted: Vec<_> =
                gauges(Channel::Text).into_iter().map(|gauge| (gauge.clone(), used(&gauge))).collect();
            Gauge::judge(&counted) == BudgetVerdict::Within
        };
        assert!(judge(15_999, 4));
        assert!(!judge(16_000, 4));
        assert!(judge(16_000, 0));
        assert!(!judge(20_000, 0));
    }

    #[test]
    fn a_number_that_others_type_keeps_its_own_budget() {
        let number = PhoneNumber::restore("+447700900123".to_owned(), None);
        let (account, organisation) = (AccountId::new(NOW, [1; 10]), OrganisationId::new(NOW, [2; 10]));
        let name = |is_proved| {
            let sending = Sending { channel: Channel::Text, number: &number, is_proved, account, organisation };
            BudgetRules::default().gauges(&sending, NOW)[0].counted.name()
        };
        assert_ne!(name(true), name(false));
    }

    #[test]
    fn a_call_costs_more_than_a_text() {
        let price = |channel| {
            gauges(channel).into_iter().find(|gauge| matches!(gauge.counted, Counted::Spend(_))).unwrap().adds
        };
        assert!(price(Channel::Call) > price(Channel::Text));
    }
}
