// Who is in a world: named after what they do; each journey has its own, so that journeys do not wait for each other's codes.
export const PASSWORD = 'kettles hum at dawn 41';

/** The same password, hashed beforehand: an import never hashes. */
const HASH = '$argon2id$v=19$m=19456,t=2,p=1$TRkMfVkSGQ/LAWBq3b7N5g$UrC4HFuYR+PcMpY8NdO2+oXhraTpZUdk/ICt0ucmPY8';

export const ADMINISTRATOR = 'administrator@riverside-hospital.example';

const SURGERY = 'A81001';
const PHARMACY = 'FAA11';
/** Where people approve in an app. */
const HEALTH_CENTRE = 'B82002';
/** Where nobody begins but those of the journey that counts them. */
const CORNER_PRACTICE = 'C83003';
/** Where a program changes whatever it likes; not below the hospital. */
const SOCIAL_CARE = 'D84004';

/** Role, organisation, kind of account. */
const PEOPLE = [
  ['nurse', SURGERY, 'user'],
  ['receptionist', SURGERY, 'user'],
  ['healthcare-assistant', SURGERY, 'user'],
  ['doctor', SURGERY, 'user'],
  ['secretary', SURGERY, 'user'],
  ['midwife', SURGERY, 'user'],
  ['practice-manager', SURGERY, 'user'],
  ['phlebotomist', SURGERY, 'user'],
  ['counsellor', SURGERY, 'user'],
  ['physiotherapist', SURGERY, 'user'],
  ['audiologist', SURGERY, 'user'],
  ['optometrist', SURGERY, 'user'],
  ['sonographer', SURGERY, 'user'],
  ['ward-clerk', SURGERY, 'user'],
  ['theatre-nurse', SURGERY, 'user'],
  ['anaesthetist', SURGERY, 'user'],
  ['orthoptist', SURGERY, 'user'],
  ['optician', SURGERY, 'user'],
  ['radiographer', SURGERY, 'user'],
  ['radiologist', SURGERY, 'user'],
  ['dermatologist', SURGERY, 'user'],
  ['cardiologist', SURGERY, 'user'],
  ['care-coordinator', SURGERY, 'user'],
  ['school-nurse', SURGERY, 'user'],
  ['neurologist', SURGERY, 'user'],
  ['urologist', SURGERY, 'user'],
  ['oncologist', SURGERY, 'user'],
  ['surgeon', SURGERY, 'user'],
  ['haematologist', SURGERY, 'user'],
  ['chiropodist', SURGERY, 'user'],
  ['prosthetist', SURGERY, 'user'],
  ['orthotist', SURGERY, 'user'],
  ['perfusionist', SURGERY, 'user'],
  ['geriatrician', SURGERY, 'user'],
  ['osteopath', SURGERY, 'user'],
  ['immunologist', SURGERY, 'user'],
  ['facilities-manager', SURGERY, 'user'],
  ['ophthalmologist', SURGERY, 'user'],
  ['hepatologist', SURGERY, 'user'],
  ['embryologist', SURGERY, 'user'],
  ['nephrologist', SURGERY, 'user'],
  ['pathologist', SURGERY, 'user'],
  ['appointments', SURGERY, 'shared_mailbox'],
  ['pharmacist', PHARMACY, 'user'],
  ['dispenser', PHARMACY, 'user'],
  ['counter-assistant', PHARMACY, 'user'],
  ['delivery-driver', PHARMACY, 'user'],
  ['pharmacy-technician', PHARMACY, 'user'],
  ['locum', PHARMACY, 'guest'],
  ['health-visitor', HEALTH_CENTRE, 'user'],
  ['podiatrist', HEALTH_CENTRE, 'user'],
  ['dietitian', HEALTH_CENTRE, 'user'],
  ['paramedic', HEALTH_CENTRE, 'user'],
  ['centre-manager', HEALTH_CENTRE, 'user'],
  ['chaplain', HEALTH_CENTRE, 'user'],
  ['practice-nurse', CORNER_PRACTICE, 'user'],
  ['practice-secretary', CORNER_PRACTICE, 'user'],
  ['social-prescriber', CORNER_PRACTICE, 'user'],
  ['prescriptions', CORNER_PRACTICE, 'shared_mailbox'],
  ['social-worker', SOCIAL_CARE, 'user'],
  ['carer', SOCIAL_CARE, 'user'],
  ['night-carer', SOCIAL_CARE, 'user'],
  ['care-visitor', SOCIAL_CARE, 'guest'],
  ['care-enquiries', SOCIAL_CARE, 'shared_mailbox'],
];

const DOMAINS = {
  [SURGERY]: 'riverside-surgery.example',
  [PHARMACY]: 'high-street-pharmacy.example',
  [HEALTH_CENTRE]: 'weir-lane.example',
  [CORNER_PRACTICE]: 'corner-practice.example',
  [SOCIAL_CARE]: 'harbour-care.example',
};

/** The name of somebody who is called by their role. */
export const shown = (role) => role[0].toUpperCase() + role.slice(1).replaceAll('-', ' ');

/** Someone as a journey needs them: with the password, and without a phone until they enrol. */
export function person(role) {
  const [, organisation] = PEOPLE.find(([known]) => known === role);
  return { address: `${role}@${DOMAINS[organisation]}`, password: PASSWORD, name: shown(role), organisation, phone: null };
}

export const organisationsFile = () => [
  'ods_code,name,kind,parent,status',
  'RAA,Riverside Hospital NHS Trust,trust,,open',
  `${SURGERY},Riverside Surgery,gp_practice,RAA,open`,
  `${PHARMACY},High Street Pharmacy,pharmacy,RAA,open`,
  `${HEALTH_CENTRE},Weir Lane Health Centre,gp_practice,RAA,open`,
  `${CORNER_PRACTICE},Corner Practice,gp_practice,RAA,open`,
  `${SOCIAL_CARE},Harbour Social Care,social_care,,open`,
  '',
].join('\n');

export const accountsFile = () => [
  'ods_code,address,name,kind,password_hash',
  ...PEOPLE.map(([role, organisation, kind]) =>
    `${organisation},${person(role).address},${shown(role)},${kind},${kind === 'shared_mailbox' ? '' : `"${HASH}"`}`),
  '',
].join('\n');
