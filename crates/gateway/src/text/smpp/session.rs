//! One bound session, from the first message to the last answer.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rusmpp::pdus::{DataSmResp, DeliverSm, DeliverSmResp};
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use tokio::sync::mpsc::{self, Receiver};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::codec::{Header, Heard};
use super::job::Job;
use super::link::{Broken, Link};
use super::pdu::Identity;
use super::receipt::{self, Delivered};
use super::settings::SmppSettings;
use super::verdict;
use crate::ambient::Ambient;
use crate::hand_over::{HandOver, Receipt, RefusedWhy};

/// How long the centre has for its goodbye. Some never say it.
const GOODBYE: Duration = Duration::from_secs(2);

/// The bit that tells an answer from a request [SMPP 3.4 §5.1.2.1].
const ANSWER: u32 = 0x8000_0000;

/// What a session needs besides its connection.
pub(super) struct Around<'a> {
    pub(super) settings: &'a SmppSettings,
    pub(super) identity: &'a Identity,
    pub(super) ambient: &'a Ambient,
    pub(super) receipts: &'a mpsc::Sender<Receipt>,
    pub(super) stop: &'a CancellationToken,
}

/// How a session ended.
pub(super) struct Ended {
    /// Why, unless we ended it.
    pub(super) why: Option<Broken>,
    /// Whether the centre answered anything: a session that does not is none.
    pub(super) answered: bool,
}

/// A message that the centre has not answered.
struct Waiting {
    job: Job,
    since: Instant,
}

pub(super) struct Conversation<'a> {
    around: Around<'a>,
    link: Link,
    waiting: HashMap<u32, Waiting>,
    /// Until when the centre, which is overrun, is left alone; and for how long the next time.
    paused_until: Option<Instant>,
    pause: Duration,
    /// When the probe that is unanswered was sent.
    probed: Option<Instant>,
    answered: bool,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(around: Around<'a>, link: Link) -> Self {
        let pause = around.settings.first_pause;
        Self { around, link, waiting: HashMap::new(), paused_until: None, pause, probed: None, answered: false }
    }

    /// Runs until the connection breaks or we are to stop. Takes texts from `queue`, if this session sends.
    pub(super) async fn run(mut self, queue: Option<&mut Receiver<Job>>) -> Ended {
        let why = self.exchange(queue).await.err();
        for (_, waiting) in self.waiting.drain() {
            // INVARIANT: the bytes were written, so the centre may have them.
            waiting.job.finish(HandOver::Unknown);
        }
        Ended { why, answered: self.answered }
    }

    async fn exchange(&mut self, mut queue: Option<&mut Receiver<Job>>) -> Result<(), Broken> {
        let settings = self.around.settings;
        let mut watch = tokio::time::interval((settings.answer_limit / 8).max(Duration::from_millis(10)));
        watch.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_probe = Instant::now() + settings.probe_every;
        let mut stopping = false;
        loop {
            if stopping && self.waiting.is_empty() {
                return self.say_goodbye().await;
            }
            let may_send = !stopping && self.waiting.len() < settings.window;
            tokio::select! {
                biased;
                () = self.around.stop.cancelled(), if !stopping => stopping = true,
                heard = self.link.framed.next() => match heard.ok_or(Broken::Closed)?? {
                    Heard::Command(command) => self.hear(*command).await?,
                    Heard::Unreadable(header) => self.wonder(header).await?,
                },
                _ = watch.tick() => {
                    self.look_at_the_clock()?;
                    if Instant::now() >= next_probe && self.probed.is_none() {
                        next_probe = Instant::now() + settings.probe_every;
                        self.probed = Some(Instant::now());
                        self.request(Pdu::EnquireLink).await?;
                    }
                }
                job = take(&mut queue), if may_send => match job {
                    Some(job) => self.begin(job).await?,
                    None => stopping = true,
                },
            }
        }
    }

    /// Sends a text from the queue, unless there is no point in it.
    async fn begin(&mut self, job: Job) -> Result<(), Broken> {
        if job.is_abandoned() {
            return Ok(());
        }
        let now = Instant::now();
        if let Some(left) = self.paused_until.map(|until| until.saturating_duration_since(now))
            && !left.is_zero()
        {
            job.finish(HandOver::try_later(RefusedWhy::Throttled, Some(left)));
            return Ok(());
        }
        self.send(job).await
    }

    /// Sends the next part of `job`, and writes down that it waits for an answer.
    async fn send(&mut self, job: Job) -> Result<(), Broken> {
        let now = self.around.ambient.now();
        if job.expires_at <= now {
            job.finish(HandOver::give_up(RefusedWhy::Expired));
            return Ok(());
        }
        let Some(request) = self.around.identity.submit(&job, job.expires_at.since(now)) else {
            job.finish(HandOver::give_up(RefusedWhy::Message));
            return Ok(());
        };
        let number = self.free_number();
        // INVARIANT: written down first. If the write fails half-way, the text is unknown and not refused.
        self.waiting.insert(number, Waiting { job, since: Instant::now() });
        self.write(Command::new(CommandStatus::EsmeRok, number, request)).await
    }

    /// The next number that nothing waits under. After 2³¹ requests, something might.
    fn free_number(&mut self) -> u32 {
        loop {
            let number = self.link.sequence.next();
            if !self.waiting.contains_key(&number) {
                return number;
            }
        }
    }

    async fn request(&mut self, request: Pdu) -> Result<(), Broken> {
        let number = self.free_number();
        self.write(Command::new(CommandStatus::EsmeRok, number, request)).await
    }

    async fn answer(&mut self, number: u32, status: CommandStatus, answer: impl Into<Pdu>) -> Result<(), Broken> {
        self.write(Command::new(status, number, answer)).await
    }

    /// Writes, but not for ever: a centre that reads nothing is a broken one.
    async fn write(&mut self, command: Command) -> Result<(), Broken> {
        let limit = self.around.settings.answer_limit;
        tokio::time::timeout(limit, self.link.framed.send(command)).await.map_err(|_| Broken::TimedOut)??;
        Ok(())
    }

    async fn hear(&mut self, command: Command) -> Result<(), Broken> {
        let (number, status) = (command.sequence_number(), command.status());
        // A request's number has no meaning among ours; an answer's has [SMPP 3.4 §5.1.2.1].
        let is_answer = u32::from(command.id()) & ANSWER != 0;
        if is_answer {
            self.answered = true;
        }
        match command.pdu() {
            Some(Pdu::SubmitSmResp(answer)) => {
                let id = answer.message_id().as_str().to_owned();
                self.settle(number, status, Some(&id)).await
            }
            Some(Pdu::GenericNack) => self.settle(number, status, None).await,
            Some(Pdu::EnquireLinkResp) => {
                self.probed = None;
                Ok(())
            }
            Some(Pdu::EnquireLink) => self.answer(number, CommandStatus::EsmeRok, Pdu::EnquireLinkResp).await,
            Some(Pdu::DeliverSm(delivered)) => {
                let status = self.deliver(delivered);
                self.answer(number, status, DeliverSmResp::default()).await
            }
            Some(Pdu::DataSm(_)) => self.answer(number, CommandStatus::EsmeRok, DataSmResp::default()).await,
            Some(Pdu::Unbind) => {
                self.answer(number, CommandStatus::EsmeRok, Pdu::UnbindResp).await?;
                Err(Broken::Closed)
            }
            // A success without a body: accepted, by a centre that gives messages no name.
            None if command.id() == CommandId::SubmitSmResp => self.settle(number, status, Some("")).await,
            // An answer without a body: a refusal, as most centres write it.
            None | Some(Pdu::Other { .. }) if is_answer => self.settle(number, status, None).await,
            Some(_) | None if is_answer => Ok(()),
            // Nobody has business with us but with the requests above.
            Some(_) | None => self.answer(number, CommandStatus::EsmeRinvcmdid, Pdu::GenericNack).await,
        }
    }

    /// Answers what could not be read, so that the centre does not bring it again.
    async fn wonder(&mut self, header: Header) -> Result<(), Broken> {
        let gateway = &self.around.settings.name;
        tracing::warn!(%gateway, command = header.id, "a command of the message centre cannot be read");
        if header.id & ANSWER != 0 {
            self.answered = true;
            // A refusal is one whatever follows it. A success that cannot be read does not say what was accepted.
            self.settle(header.number, header.status.into(), None).await
        } else if header.id == u32::from(CommandId::DeliverSm) {
            self.answer(header.number, CommandStatus::EsmeRxRAppn, DeliverSmResp::default()).await
        } else {
            self.answer(header.number, CommandStatus::EsmeRinvcmdlen, Pdu::GenericNack).await
        }
    }

    /// Takes the answer to the message with `number`. An answer to nothing is ignored: it came too late.
    async fn settle(&mut self, number: u32, status: CommandStatus, id: Option<&str>) -> Result<(), Broken> {
        let Some(Waiting { mut job, .. }) = self.waiting.remove(&number) else { return Ok(()) };
        let accepted = matches!(status, CommandStatus::EsmeRok);
        match id {
            Some(id) if accepted && job.is_last() => {
                self.pause = self.around.settings.first_pause;
                job.finish(HandOver::Accepted { reference: self.around.settings.message_ids.of_answer(id) });
                Ok(())
            }
            Some(_) if accepted => {
                job.next += 1;
                self.send(job).await
            }
            // A success that says nothing about the message, or says that something could not be read.
            Some(_) | None if accepted => {
                job.finish(HandOver::Unknown);
                Ok(())
            }
            Some(_) | None => {
                job.finish(verdict::refusal(status, self.pause));
                if verdict::is_throttling(status) {
                    self.slow_down();
                }
                Ok(())
            }
        }
    }

    /// Leaves the centre alone for a while, and for longer the next time.
    fn slow_down(&mut self) {
        let now = Instant::now();
        // The whole window may be refused at once. That is one wish to be left alone, not ten.
        if self.paused_until.is_some_and(|until| until > now) {
            return;
        }
        let settings = self.around.settings;
        metrics::counter!("wardkey_smpp_throttled_total", "gateway" => settings.name.clone()).increment(1);
        tracing::warn!(gateway = %settings.name, pause = ?self.pause, "the message centre asks us to slow down");
        self.paused_until = Some(now + self.pause);
        self.pause = (self.pause * 2).min(settings.longest_pause);
    }

    /// Passes a receipt on. When nobody takes it now, the centre is asked to bring it again.
    fn deliver(&mut self, delivered: &DeliverSm) -> CommandStatus {
        let settings = self.around.settings;
        match receipt::read(&settings.name, settings.message_ids, delivered) {
            Delivered::Final(receipt) => match self.around.receipts.try_send(receipt.counted()) {
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => CommandStatus::EsmeRok,
                Err(mpsc::error::TrySendError::Full(_)) => CommandStatus::EsmeRxTAppn,
            },
            Delivered::Passing | Delivered::Message => CommandStatus::EsmeRok,
        }
    }

    /// Gives up answers that are overdue, and the connection if it answers no probe.
    fn look_at_the_clock(&mut self) -> Result<(), Broken> {
        let limit = self.around.settings.answer_limit;
        let overdue: Vec<u32> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| waiting.since.elapsed() > limit)
            .map(|(number, _)| *number)
            .collect();
        for number in overdue {
            if let Some(waiting) = self.waiting.remove(&number) {
                waiting.job.finish(HandOver::Unknown);
            }
        }
        match self.probed {
            Some(since) if since.elapsed() > limit => Err(Broken::TimedOut),
            Some(_) | None => Ok(()),
        }
    }

    async fn say_goodbye(&mut self) -> Result<(), Broken> {
        self.request(Pdu::Unbind).await?;
        let goodbye = async {
            while let Some(Ok(heard)) = self.link.framed.next().await {
                if matches!(heard, Heard::Command(command) if matches!(command.pdu(), Some(Pdu::UnbindResp))) {
                    break;
                }
            }
        };
        // Whether it comes or not, the session is over.
        let _ = tokio::time::timeout(GOODBYE, goodbye).await;
        Ok(())
    }
}

/// The next text; never, for a session that only listens.
async fn take(queue: &mut Option<&mut Receiver<Job>>) -> Option<Job> {
    match queue {
        Some(queue) => queue.recv().await,
        None => std::future::pending().await,
    }
}
