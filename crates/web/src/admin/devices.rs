//! The browsers that somebody has signed in with, and forgetting one for them [SES-5].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::id::{AccountId, DeviceId};
use wardkey_usecases::session;
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::portal::DeviceRow;
use crate::routes;

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// The page of somebody's browsers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DevicesView {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) devices: Vec<DeviceRow>,
    pub(crate) may_forget: bool,
}

/// `GET /admin/people/{id}/devices`
pub(crate) async fn list(person: Person, Path(id): Path<AccountId>) -> Result<Page, PageError> {
    let (account, devices, may_forget) = session::list_devices_of(person.app(), &person.op, id).await?;
    let forget = |device| routes::admin_forget_device(id, device);
    let view = DevicesView {
        account: account.id.to_string(),
        name: account.display_name,
        devices: devices.into_iter().map(|device| DeviceRow::of(device, forget)).collect(),
        may_forget,
    };
    Ok(Page::new("admin/devices.html", person.admin_frame(), view))
}

/// `POST /admin/people/{id}/devices/{device}/forget`
pub(crate) async fn forget(
    person: Person,
    Path((id, device)): Path<(AccountId, DeviceId)>,
    _form: Checked,
) -> Result<Goto, PageError> {
    session::forget_device_of(person.app(), &person.op, id, device).await.or_fresh_factor(HERE)?;
    Ok(Goto::to(routes::admin_devices(id)).notice(Notice::AccountDeviceForgotten))
}
