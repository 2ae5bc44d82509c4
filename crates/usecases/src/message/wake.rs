//! Waking the workers of this process: a code should leave as soon as it is decided, not at the next look.

use std::sync::Arc;

use tokio::sync::Notify;
use wardkey_domain::message::Channel;

/// One bell for each channel. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Bells>);

#[derive(Debug, Default)]
struct Bells {
    text: Notify,
    call: Notify,
    push: Notify,
    mail: Notify,
}

impl Wake {
    /// Says that a message may be due. Call it after the commit; a bell that is rung early is heard again at the next look.
    pub fn ring(&self, channel: Channel) {
        self.bell(channel).notify_one();
    }

    /// Waits until the bell of a channel is rung.
    pub async fn heard(&self, channel: Channel) {
        self.bell(channel).notified().await;
    }

    fn bell(&self, channel: Channel) -> &Notify {
        match channel {
            Channel::Text => &self.0.text,
            Channel::Call => &self.0.call,
            Channel::Push => &self.0.push,
            Channel::Mail => &self.0.mail,
        }
    }
}
