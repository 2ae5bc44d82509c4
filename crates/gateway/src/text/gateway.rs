//! The gateways for texts, as one.

use tokio::sync::mpsc;

use super::message::Text;
use super::notify::Notify;
use super::smpp::Smpp;
use crate::capture::TextCapture;
use crate::hand_over::{HandOver, Receipt, ReceiptState};

/// Whoever takes texts to the telephone. Cheap to clone.
#[derive(Clone, Debug)]
pub enum TextGateway {
    /// GOV.UK Notify.
    Notify(Notify),
    /// A message centre over SMPP.
    Smpp(Smpp),
    /// Memory, for the demonstration and for tests.
    Capture(TextCapture),
}

impl TextGateway {
    /// What the operator calls it.
    pub fn name(&self) -> &str {
        match self {
            Self::Notify(notify) => notify.name(),
            Self::Smpp(smpp) => smpp.name(),
            Self::Capture(capture) => capture.name(),
        }
    }

    /// Hands `text` over. A text whose time is over is refused before anything is sent.
    ///
    /// Whoever drops this future before it ends must take the outcome for [`HandOver::Unknown`].
    pub async fn submit(&self, text: &Text) -> HandOver {
        match self {
            Self::Notify(notify) => notify.submit(text).await,
            Self::Smpp(smpp) => smpp.submit(text).await,
            Self::Capture(capture) => capture.submit(text),
        }
    }

    /// The receipts that come in, from now on. The first caller has them; the next gets nothing.
    ///
    /// A gateway whose receipts nobody takes tells its peer to try again (SMPP), or stops asking (Notify).
    pub fn receipts(&self) -> Option<mpsc::Receiver<Receipt>> {
        match self {
            Self::Notify(notify) => notify.receipts(),
            Self::Smpp(smpp) => smpp.receipts(),
            Self::Capture(capture) => capture.receipts(),
        }
    }

    /// Asks what became of the text that the peer calls `reference`; for those whose receipt was missed while no process ran.
    /// Nothing, when it is not known yet or the peer cannot be asked.
    pub async fn look_up(&self, reference: &str) -> Option<ReceiptState> {
        match self {
            Self::Notify(notify) => notify.look_up(reference).await.ok().flatten(),
            Self::Smpp(_) | Self::Capture(_) => None,
        }
    }

    /// Takes no more texts, waits for answers that are due, and says goodbye to the peer.
    pub async fn shut_down(&self) {
        match self {
            Self::Notify(notify) => notify.shut_down(),
            Self::Smpp(smpp) => smpp.shut_down().await,
            Self::Capture(_) => {}
        }
    }
}
