//! What the trunk asks of us.

use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Method, StatusCode};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;
use wardkey_wire::sdp::{Offer, Session};

use super::desk::{Desk, Told};

/// How long the acknowledgement of an answer may take [RFC 3261 §17.2.1: 64 times T1].
const ACKNOWLEDGED: Duration = Duration::from_secs(32);

/// Answers requests until the trunk is shut down.
pub async fn answer(desk: Arc<Desk>, mut transactions: TransactionReceiver) {
    while let Some(transaction) = transactions.recv().await {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move { one(&desk, transaction).await });
    }
}

/// Answers one request.
///
/// Requests inside a call are answered here and not by the library's dialog, which leaves its confirmed state for each of
/// them: after an OPTIONS or a refused re-INVITE it would no longer send our BYE.
async fn one(desk: &Desk, mut transaction: Transaction) {
    let id = transaction.original.call_id_header().map(|id| id.value().to_owned()).unwrap_or_default();
    let call = desk.find(&id);
    let method = transaction.original.method;
    let answered = match (method, call) {
        (Method::Ack, _) => return,
        (Method::Bye, Some((tell, _))) => {
            if let Some(mut dialog) = desk.dialogs.match_dialog(&transaction) {
                dialog.handle(&mut transaction).await.ok();
            }
            // The call may be answered and over before the library has entered it in its books.
            let answered =
                if transaction.last_response.is_none() { transaction.reply(StatusCode::OK).await } else { Ok(()) };
            tell.send(Told::HungUp).ok();
            answered
        }
        (Method::Invite | Method::Update, Some((tell, offer))) => {
            let description = match Session::parse(&transaction.original.body) {
                _ if transaction.original.body.is_empty() => Some(offer),
                Ok(session) => {
                    let description = agree(&session, &offer);
                    tell.send(Told::Moved(session)).ok();
                    Some(description)
                }
                Err(_) => None,
            };
            match description {
                Some(description) => {
                    let headers = vec![
                        Header::ContentType("application/sdp".into()),
                        Header::Contact(format!("<{}>", super::call::contact(desk)).into()),
                    ];
                    transaction.reply_with(StatusCode::OK, headers, Some(description.into_bytes())).await
                }
                // The call goes on as it was agreed before [RFC 3261 §14.2].
                None => transaction.reply(StatusCode::NotAcceptableHere).await,
            }
        }
        (Method::Options | Method::Info, Some(_)) | (Method::Options, None) => transaction.reply(StatusCode::OK).await,
        // SECURITY: a call is not handed on to somebody else.
        (Method::Refer, Some(_)) => transaction.reply(StatusCode::Decline).await,
        // Nobody can call us.
        (Method::Invite, None) => transaction.reply(StatusCode::Forbidden).await,
        (Method::Bye | Method::Cancel | Method::Update | Method::Info | Method::Refer | Method::PRack, None) => {
            transaction.reply(StatusCode::CallTransactionDoesNotExist).await
        }
        (_, _) => transaction.reply(StatusCode::MethodNotAllowed).await,
    };
    if answered.is_ok() && method == Method::Invite {
        // The answer is repeated until it is acknowledged, which the transaction does while it is listened to.
        let acknowledged = async { while transaction.receive().await.is_some() {} };
        tokio::time::timeout(ACKNOWLEDGED, acknowledged).await.ok();
    }
}

/// Our side of a description that was changed: the same end, with what both speak [RFC 3264 §8].
fn agree(session: &Session, offer: &str) -> String {
    let Ok(ours) = Session::parse(offer.as_bytes()) else { return offer.to_owned() };
    let law: Vec<_> = session.laws.iter().copied().take(1).collect();
    // The same session at its next version: whatever it was told before is older.
    let numbers = offer.lines().find_map(|line| line.strip_prefix("o=- ")).unwrap_or_default();
    let mut numbers = numbers.split(' ').map(|number| number.parse::<u32>().unwrap_or(0));
    let (session_number, version) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    Offer {
        session: session_number,
        version: version.wrapping_add(1),
        address: ours.address,
        port: ours.port,
        laws: &law,
        telephone_event: session.telephone_event,
        direction: session.direction.answered(),
    }
    .write()
}
