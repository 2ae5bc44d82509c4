//! One call, from the invitation to the farewell.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver};
use rsipstack::dialog::invitation::{InviteAsyncResult, InviteOption};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Response, StatusCodeKind, Uri};
use rsipstack::transport::SipAddr;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use wardkey_domain::factor::voice_call::{CallOutcome, CallScript};
use wardkey_wire::g711::Law;
use wardkey_wire::sdp::{Direction, Offer, Session};

use super::conversation::{Line, peer};
use super::desk::{Desk, Told};
use super::status::{Rang, cause_in, meaning};
use crate::voice::media::{FrameReport, Start, Stream};
use crate::voice::order::{CallOrder, CallProgress, Dialled};
use crate::voice::report::{CallReport, HandedOver, TryAnother, sign_of};

/// Under which number we offer keys as events: what everybody uses.
const TELEPHONE_EVENT: u8 = 101;

/// How long the trunk may look for the telephone before it rings.
const SETUP: Duration = Duration::from_secs(15);

/// How long a farewell may take before we stop waiting for its answer.
const FAREWELL: Duration = Duration::from_secs(3);

/// How much more often the instruction is spoken behind an extension: somebody has yet to answer there.
const TELLINGS_BEHIND_EXTENSION: u8 = 3;

type Answering = JoinHandle<InviteAsyncResult>;

/// Places a call and stays with it to its end.
pub async fn place(
    desk: &Arc<Desk>,
    order: CallOrder,
    progress: &UnboundedSender<CallProgress>,
    gone: &CancellationToken,
) -> CallReport {
    let Some(dialled) = order.dialled() else {
        return CallReport::not_made(CallOutcome::Unreachable, TryAnother::No);
    };
    let refused = CallReport::not_made(CallOutcome::ServiceError, TryAnother::Yes);
    let target = tokio::select! {
        () = desk.stop.cancelled() => return CallReport::not_made(CallOutcome::CutOff, TryAnother::No),
        () = gone.cancelled() => return CallReport::not_made(CallOutcome::CutOff, TryAnother::No),
        target = desk.server.reach(&desk.endpoint.inner) => target,
    };
    let Ok(reached) = target else { return refused };
    desk.locate.learn(&reached.target);
    let Ok(socket) = desk.ports.open(u16::from_be_bytes(desk.random())) else { return refused };
    let Ok(port) = socket.local_addr().map(|address| address.port()) else { return refused };
    let offer = Offer {
        // Both numbers must fit what old equipment reads as a signed number.
        session: u32::from_be_bytes(desk.random()) >> 1,
        version: 1,
        address: desk.contact.ip(),
        port,
        laws: &Law::ALL,
        telephone_event: Some(TELEPHONE_EVENT),
        direction: Direction::SendReceive,
    }
    .write();
    let Some(invitation) = invitation(desk, &order, &dialled, reached.target.clone(), &offer) else { return refused };
    let (tell_states, states) = desk.dialogs.new_dialog_state_channel();
    let id = order.id.clone();
    let told = desk.register(&id, offer);
    let report = match desk.dialogs.do_invite_async(invitation, tell_states) {
        Ok((dialog, answering)) => {
            progress.send(CallProgress::Invited).ok();
            let mut call =
                Call { desk, dialog, states, told, progress, gone, invited: Instant::now(), rang: None, early: None };
            match call.invite(answering).await {
                Invited::Answered(session) => call.talk(order, dialled, socket, &session).await,
                Invited::Failed(report) => {
                    // Not a word, not even that the invitation has arrived.
                    if report.sip_status.is_none() && report.outcome == CallOutcome::ServiceError {
                        reached.give_up(&desk.endpoint.inner);
                    }
                    report
                }
            }
        }
        Err(_) => refused,
    };
    desk.forget(&id);
    report
}

/// Where the trunk finds us, as a SIP address.
pub fn contact(desk: &Desk) -> String {
    // The library leaves a contact alone that names its transport.
    format!("sip:{}@{};transport={}", desk.settings.caller_id, desk.contact, desk.settings.transport.as_str())
}

fn invitation(desk: &Desk, order: &CallOrder, dialled: &Dialled, target: SipAddr, offer: &str) -> Option<InviteOption> {
    let settings = &desk.settings;
    let domain = settings.domain.clone().unwrap_or_else(|| desk.server.host());
    let credential = settings.user.clone().map(|username| Credential {
        username,
        password: settings.password.expose().clone(),
        ..Credential::default()
    });
    Some(InviteOption {
        caller: Uri::try_from(format!("sip:{}@{domain}", settings.caller_id)).ok()?,
        callee: Uri::try_from(format!("sip:{}@{domain}", dialled.number)).ok()?,
        contact: Uri::try_from(contact(desk)).ok()?,
        destination: Some(target),
        content_type: Some("application/sdp".to_owned()),
        offer: Some(offer.as_bytes().to_vec()),
        credential,
        // The library's own identifiers name its vendor, and nobody could find such a call in our audit.
        call_id: Some(order.id.clone()),
        ..InviteOption::default()
    })
}

/// A call that has been handed to the trunk.
struct Call<'a> {
    desk: &'a Arc<Desk>,
    dialog: InviteDialog,
    states: DialogStateReceiver,
    told: UnboundedReceiver<Told>,
    progress: &'a UnboundedSender<CallProgress>,
    gone: &'a CancellationToken,
    invited: Instant,
    /// Since when a telephone rings.
    rang: Option<Instant>,
    /// A description that came before the answer: some trunks do not repeat it.
    early: Option<Session>,
}

/// What became of an invitation.
enum Invited {
    Answered(Session),
    Failed(CallReport),
}

/// What ended the wait for an answer.
enum Waited {
    Final(Option<Response>),
    /// The trunk said nothing at all.
    Silence,
    /// It rang long enough, or the trunk looked for the telephone long enough.
    Long,
    CutOff,
}

impl Call<'_> {
    /// Waits for the telephone to be answered.
    async fn invite(&mut self, mut answering: Answering) -> Invited {
        let (waited, status) = self.wait(&mut answering).await;
        let response = match waited {
            Waited::Final(response) => response,
            Waited::Silence => {
                self.withdraw(answering);
                return self.failed(CallOutcome::ServiceError, HandedOver::Unknown, TryAnother::Yes, None);
            }
            Waited::Long => {
                self.withdraw(answering);
                return match self.rang {
                    Some(_) => self.failed(CallOutcome::NoAnswer, HandedOver::Yes, TryAnother::No, status),
                    None => self.failed(CallOutcome::ServiceError, HandedOver::Unknown, TryAnother::Yes, status),
                };
            }
            Waited::CutOff => {
                self.withdraw(answering);
                let handed_over = if self.rang.is_some() { HandedOver::Yes } else { HandedOver::Unknown };
                return self.failed(CallOutcome::CutOff, handed_over, TryAnother::No, status);
            }
        };
        let rang = if self.rang.is_some() { Rang::Yes } else { Rang::No };
        let Some(response) = response else {
            // The library could not make sense of what came, or its task died.
            let another = if rang == Rang::Yes { TryAnother::No } else { TryAnother::Yes };
            return self.failed(CallOutcome::ServiceError, HandedOver::Unknown, another, status);
        };
        let status = response.status_code.code();
        if response.status_code.kind() != StatusCodeKind::Successful {
            let cause = response.reason_header().and_then(|reason| cause_in(reason.value()));
            let (outcome, another) = meaning(status, cause, rang);
            let handed_over = match (rang, outcome, status) {
                (Rang::Yes, ..) | (Rang::No, CallOutcome::Declined | CallOutcome::NoAnswer, _) => HandedOver::Yes,
                (Rang::No, _, 408) => HandedOver::Unknown,
                (Rang::No, ..) => HandedOver::Never,
            };
            return self.failed(outcome, handed_over, another, Some(status));
        }
        self.rang.get_or_insert_with(Instant::now);
        let session = if response.body.is_empty() { self.early.take() } else { Session::parse(&response.body).ok() };
        match session {
            Some(session) => {
                self.progress.send(CallProgress::Answered).ok();
                Invited::Answered(session)
            }
            None => {
                self.ring_off();
                self.failed(CallOutcome::ServiceError, HandedOver::Yes, TryAnother::No, Some(status))
            }
        }
    }

    async fn wait(&mut self, answering: &mut Answering) -> (Waited, Option<u16>) {
        let silence = self.invited + self.desk.settings.answer_within;
        let mut limit = self.invited + self.desk.settings.ring_for + SETUP;
        let (mut status, mut has_states) = (None, true);
        loop {
            tokio::select! {
                biased;
                state = self.states.recv(), if has_states => match state {
                    Some(DialogState::Trying(_)) => status = Some(100),
                    Some(DialogState::Early(_, response)) => {
                        status = Some(response.status_code.code());
                        self.early = Session::parse(&response.body).ok().or(self.early.take());
                        if self.rang.is_none() {
                            self.rang = Some(Instant::now());
                            limit = Instant::now() + self.desk.settings.ring_for;
                            self.progress.send(CallProgress::Ringing).ok();
                        }
                    }
                    Some(_) => {}
                    None => has_states = false,
                },
                answered = &mut *answering => {
                    return (Waited::Final(answered.ok().and_then(Result::ok).and_then(|(_, response)| response)), status);
                }
                () = self.desk.stop.cancelled() => return (Waited::CutOff, status),
                () = self.gone.cancelled() => return (Waited::CutOff, status),
                () = sleep_until(silence), if status.is_none() => return (Waited::Silence, status),
                () = sleep_until(limit) => return (Waited::Long, status),
            }
        }
    }

    /// Takes the invitation back. An answer that crosses it is ended by the library.
    fn withdraw(&self, mut answering: Answering) {
        let dialog = self.dialog.clone();
        self.desk.tasks.spawn(async move {
            // Before anything was heard nothing can be cancelled [RFC 3261 §9.1]; the library waits for that.
            if matches!(dialog.state(), DialogState::Trying(_) | DialogState::Early(..)) {
                timeout(FAREWELL, dialog.cancel()).await.ok();
                timeout(FAREWELL, &mut answering).await.ok();
            }
            answering.abort();
        });
    }

    /// Ends a call that was answered.
    fn ring_off(&self) {
        let (dialog, desk) = (self.dialog.clone(), Arc::clone(self.desk));
        self.desk.tasks.spawn(async move {
            timeout(FAREWELL, dialog.bye()).await.ok();
            desk.dialogs.remove_dialog(&dialog.id());
        });
    }

    fn failed(
        &self,
        outcome: CallOutcome,
        handed_over: HandedOver,
        try_another: TryAnother,
        sip_status: Option<u16>,
    ) -> Invited {
        Invited::Failed(CallReport {
            outcome,
            handed_over,
            try_another,
            sign: sign_of(outcome),
            sip_status,
            rang_for: self.rang.map_or(Duration::ZERO, |rang| rang.elapsed()),
            talked_for: Duration::ZERO,
            frames: FrameReport::default(),
        })
    }

    /// Holds the conversation, and rings off.
    async fn talk(
        &mut self,
        order: CallOrder,
        dialled: Dialled,
        socket: std::net::UdpSocket,
        session: &Session,
    ) -> CallReport {
        let answered = Instant::now();
        let rang_for = self.rang.map_or(Duration::ZERO, |rang| answered - rang);
        let mut stream = Stream::start(
            &self.desk.media,
            Start {
                socket,
                peer: peer(session),
                our_telephone_event: TELEPHONE_EVENT,
                hosts: self.desk.server.known().all(),
                source: u32::from_be_bytes(self.desk.random()),
                sequence: u16::from_be_bytes(self.desk.random()),
                timestamp: u32::from_be_bytes(self.desk.random()),
            },
        );
        let mut line = Line {
            desk: self.desk,
            stream: &mut stream,
            states: &mut self.states,
            told: &mut self.told,
            prompts: &order.prompts,
            progress: self.progress,
            gone: self.gone,
            deadline: answered + self.desk.settings.longest_call,
        };
        let mut rules = order.rules;
        let mut outcome = None;
        if !dialled.extension.is_empty() {
            rules.tellings = rules.tellings.saturating_add(TELLINGS_BEHIND_EXTENSION);
            outcome = line.dial(dialled.extension).await;
        }
        let outcome = match outcome {
            Some(outcome) => outcome,
            None => line.talk(CallScript::new(order.mode, rules)).await,
        };
        self.ring_off();
        CallReport {
            outcome,
            handed_over: HandedOver::Yes,
            try_another: TryAnother::No,
            sign: sign_of(outcome),
            sip_status: Some(200),
            rang_for,
            talked_for: answered.elapsed(),
            frames: stream.end().await,
        }
    }
}
