//! Networks for messages that do not work, for administrators.

use serde::Serialize;
use wardkey_domain::message::Channel;
use wardkey_usecases::message::GatewayStanding;

/// A channel on which a network does not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct OutageView {
    /// The word of the channel.
    pub(crate) channel: &'static str,
    /// Whether nothing leaves on it, or another network carries it.
    pub(crate) all: bool,
    /// The networks' names in the configuration.
    pub(crate) names: String,
}

impl OutageView {
    /// The channels of which one network or more is down.
    pub(crate) fn of(standings: &[GatewayStanding]) -> Vec<Self> {
        let outage = |channel: Channel| {
            let lines = || standings.iter().filter(move |standing| standing.channel == channel);
            let down: Vec<&str> = lines().filter(|line| !line.is_up).map(|line| line.name.as_str()).collect();
            let all = down.len() == lines().count();
            (!down.is_empty()).then(|| Self { channel: channel.as_str(), all, names: down.join(", ") })
        };
        Channel::ALL.into_iter().filter_map(outage).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, channel: Channel, is_up: bool) -> GatewayStanding {
        GatewayStanding { name: name.to_owned(), channel, is_up }
    }

    #[test]
    fn an_outage_names_the_channel_and_says_whether_another_network_carries_it() {
        let standings = [
            line("first", Channel::Text, false),
            line("second", Channel::Text, true),
            line("trunk", Channel::Call, false),
            line("post", Channel::Mail, true),
        ];
        let outages = OutageView::of(&standings);
        assert_eq!(outages.len(), 2);
        assert_eq!((outages[0].channel, outages[0].all, outages[0].names.as_str()), ("text", false, "first"));
        assert_eq!((outages[1].channel, outages[1].all), ("call", true));
        assert!(OutageView::of(&[]).is_empty());
    }
}
