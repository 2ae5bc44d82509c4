//! The law of the domain, on the whole product: whatever people do in whatever order.

use std::time::Duration;

use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::{Point, QuarantineVerdict};
use wardkey_domain::directory::StatusName;
use wardkey_domain::id::CaseId;
use wardkey_testkit::TestApp;
use wardkey_usecases::access::{ask_to_lift_pin, decide_factor, lift_pin, restore, tick_point};
use wardkey_usecases::directory::{disable, enable, re_enrol, set_temporary_password};

use super::compromise_support::*;

const PEOPLE: [&str; 8] = [NURSE, DESK, LOCAL, NATIONAL, TENANT, TENANT, ANALYST, ANALYST];

/// A generator of numbers that a failure can be repeated with [Steele, Lea, Flood 2014: SplitMix64].
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_do_a_held_account_is_free_by_two_national_people_only() {
    let test = trust().await;
    let mut lifted = 0;
    for seed in 0..8 {
        lifted += walk(&test, seed).await;
    }
    assert!(lifted > 0, "the law is not kept by nothing ever happening");
}

/// So many pins were lifted.
async fn walk(test: &TestApp, seed: u64) -> usize {
    let (mut numbers, mut case, mut asked, mut lifted) = (Numbers(seed), None::<CaseId>, Vec::new(), 0);
    for step in 0..100 {
        let who = PEOPLE[numbers.below(PEOPLE.len())];
        let (op, before) = (acting(test, who).await, hold(test, NURSE).await);
        let complete = match case {
            Some(case) => {
                see(test, &acting(test, TENANT).await, case).await.case.next(test.account(NURSE).await.kind).is_none()
            }
            None => false,
        };
        let deed = numbers.below(12);
        let nurse = test.account(NURSE).await.id;
        match (deed, case) {
            (0, _) if numbers.below(2) == 0 => {
                enrol(test, NURSE, u8::try_from(step).unwrap() + 2, test.app.now()).await;
                if let Ok(marked) = mark(test, &op, NURSE).await {
                    (case, asked) = (Some(marked.case), Vec::new());
                }
            }
            (1..=4, Some(case)) => {
                let _ = tick_point(&test.app, &op, case, Point::ALL[numbers.below(Point::ALL.len())]).await;
                for factor in see(test, &acting(test, TENANT).await, case).await.quarantined {
                    let factor = factor.held.credential.id;
                    let _ = decide_factor(&test.app, &op, case, factor, QuarantineVerdict::Removed).await;
                }
            }
            (5, Some(case)) => drop(restore(&test.app, &op, case, "x").await),
            (6, _) => drop(enable(&test.app, &op, nurse, "x").await),
            (7, _) => drop(disable(&test.app, &op, nurse, "x").await),
            (8, _) if ask_to_lift_pin(&test.app, &op, nurse, "x").await.is_ok() => {
                asked.push((who, test.app.now()));
            }
            (9 | 10, _) => drop(lift_pin(&test.app, &op, nurse, "x").await),
            (11, _) => {
                drop(re_enrol(&test.app, &op, nurse, "x").await);
                drop(set_temporary_password(&test.app, &op, nurse, "x").await);
                test.clock.advance(Duration::from_secs(4 * 3_600));
            }
            _ => {}
        }
        let (after, what) = (hold(test, NURSE).await, format!("walk {seed}, step {step}: {who} did {deed}"));
        if before != Hold::None && after == Hold::None {
            let day = Duration::from_secs(86_400);
            let now = test.app.now();
            let national = |who: &str| [TENANT, ANALYST].contains(&who);
            let by_another = asked.iter().any(|(other, at)| *other != who && national(other) && now.since(*at) < day);
            assert!(before == Hold::Pinned && national(who) && by_another, "{what}");
            lifted += 1;
        }
        if before == Hold::Compromised && after != Hold::Compromised {
            assert!(complete && after == Hold::Pinned && who != NURSE && who != DESK, "{what}");
        }
        if after == Hold::Compromised {
            assert_eq!(status(test, NURSE).await, StatusName::Disabled, "{what}");
        }
    }
    lifted
}
