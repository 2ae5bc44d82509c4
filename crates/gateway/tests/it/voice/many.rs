//! Fifty calls at once.

use std::time::Duration;

use wardkey_domain::factor::voice_call::CallOutcome;
use wardkey_gateway::voice::{TrunkSettings, TrunkTransport};

use super::sipp::scenario;
use super::world::{press_hash, settings, start};

const CALLS: u32 = 50;

#[tokio::test]
async fn fifty_calls_at_once_are_spoken_without_stuttering() {
    let sipp = scenario!("echoes").calls(CALLS).argument("-rtp_echo").start().await;
    let trunk = start(TrunkSettings {
        transport: TrunkTransport::Udp,
        most_calls: CALLS as usize,
        answer_within: Duration::from_secs(10),
        ..settings(sipp.port)
    });
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let trunk = trunk.clone();
            let mut order = press_hash();
            order.rules.listen_for = Duration::from_millis(1_500);
            tokio::spawn(async move { trunk.call(order, |_| ()).await })
        })
        .collect();
    let (mut sent, mut late, mut worst, mut heard) = (0, 0, 0, 0);
    for call in calls {
        let report = call.await.unwrap();
        assert_eq!(report.outcome, CallOutcome::NoResponse, "{report:?}");
        sent += report.frames.sent;
        late += report.frames.late_over_40ms;
        worst = worst.max(report.frames.worst_ms);
        heard += report.frames.heard;
    }
    println!("{CALLS} calls: {sent} packets sent, {heard} heard, {late} more than 40 ms late, worst {worst} ms");
    sipp.ends_well().await;
    // Loose, because other tests and compilers share the machine; `make bench` measures it.
    assert!(sent > CALLS * 200 && late * 10 < sent, "{late} of {sent} packets were late, worst {worst} ms");
}
