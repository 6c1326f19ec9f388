"""HL7 code tables, as far as a death and its kin need them (HL7 v2 and v3 terminology, published as CC0).

Relations read "the person is ... of the patient". A code that no relation of ours fits is `other`, never the
nearest one: a former spouse is not a spouse, a step-child not a child (domain.md, traps 11, 14).
"""

from __future__ import annotations

from kinfirst.interop.hl7v2.shape import Relation, Sex

_BY_RELATION: dict[Relation, str] = {
    "spouse": "SPO SPS HUSB WIFE",
    "partner": "DOM DOMPART SIGOTHR",
    "child": "CHD NCH CHILD CHLDADOPT DAUADOPT SONADOPT DAUC DAU NCHILD SON SONC",
    "parent": "PAR FTH MTH PRN ADOPTP ADOPTF ADOPTM NFTH NMTH NPRN",
    "step_parent": "STPPRN STPFTH STPMTH",
    "sibling": ("SIB BRO SIS NSIB NBRO NSIS TWIN TWINBRO TWINSIS FTWIN FTWINBRO FTWINSIS ITWIN ITWINBRO ITWINSIS"),
    "half_sibling": "HSIB HBRO HSIS",
    "grandparent": "GRP GRPRN GRFTH GRMTH MGRPRN MGRFTH MGRMTH PGRPRN PGRFTH PGRMTH",
    "guardian": "GRD GUARD",
    "other": (
        "ASC CGV DEP EXF FCH FND GCH OAD OTH SCH WRD FAMMEMB FMRSPS CHLDFOST DAUFOST SONFOST "
        "STPDAU STPSON STPCHLD "
        "EXT AUNT MAUNT PAUNT COUSN MCOUSN PCOUSN UNCLE MUNCLE PUNCLE NIENEPH NEPHEW NIECE "
        "GGRPRN GGRFTH GGRMTH MGGRPRN MGGRFTH MGGRMTH PGGRPRN PGGRFTH PGGRMTH GRNDCHILD GRNDDAU GRNDSON "
        "INLAW CHLDINLAW DAUINLAW SONINLAW PRNINLAW FTHINLAW MTHINLAW SIBINLAW BROINLAW SISINLAW "
        "FTHFOST MTHFOST PRNFOST GESTM NFTHF NMTHF STPBRO STPSIS STPSIB FRND NBOR ROOM "
        "GUADLTM EXCEST RESPRSN "
        "POWATT DPOWATT HPOWATT SPOWATT"
    ),
}
# Table 0063 and v3 RoleCode.
RELATIONS: dict[str, Relation] = {code: relation for relation, codes in _BY_RELATION.items() for code in codes.split()}
# Plain words that senders write where a code belongs; only words with one meaning.
RELATION_WORDS: dict[str, Relation] = {
    "spouse": "spouse",
    "husband": "spouse",
    "wife": "spouse",
    "life partner": "partner",
    "domestic partner": "partner",
    "child": "child",
    "son": "child",
    "daughter": "child",
    "parent": "parent",
    "father": "parent",
    "mother": "parent",
    "stepfather": "step_parent",
    "stepmother": "step_parent",
    "sibling": "sibling",
    "brother": "sibling",
    "sister": "sibling",
    "half-brother": "half_sibling",
    "half-sister": "half_sibling",
    "grandparent": "grandparent",
    "grandfather": "grandparent",
    "grandmother": "grandparent",
    "guardian": "guardian",
}
# Codes of table 0063 and RoleCode that say there is no relative here at all.
NOT_KIN: dict[str, str] = {
    "SEL": "the patient",
    "ONESELF": "the patient",
    "NON": "nobody",
    "EMR": "an employer",
    "EME": "an employee",
    "MGR": "a manager",
    "OWN": "an owner",
    "TRA": "a trainer",
}
# Codes in NK1-3 that name a contact role and not a relation.
ROLE_CODES = {"EMC": "C", "ECON": "C", "NOK": "N"}
# Table 0131.
CONTACT_ROLES: dict[str, str] = {
    "BP": "billing contact person",
    "C": "emergency contact",
    "CP": "contact person",
    "E": "employer",
    "EP": "emergency contact person",
    "F": "federal agency",
    "I": "insurance company",
    "N": "next of kin",
    "O": "other",
    "PR": "person preparing referral",
    "S": "state agency",
    "U": "unknown",
}
EMERGENCY_ROLES = frozenset({"C", "EP"})
# A named person in one of these roles and with no stated relation is there for an office, not as kin.
OFFICE_ROLES = frozenset({"BP", "E", "F", "I", "PR", "S"})
# Table 0001.
SEXES: dict[str, Sex | None] = {"M": "male", "F": "female", "O": "other", "A": "other", "U": None, "N": None}
SEX_WORDS: dict[str, Sex] = {"male": "male", "female": "female", "m": "male", "f": "female", "other": "other"}
# Table 0445.
RELIABILITY = frozenset({"AL", "UA", "UD", "US"})
# Table 0112; 40 to 42 are hospice deaths.
EXPIRED = frozenset({"20", "40", "41", "42"})
# Table 0112: a death and one of these on one visit is an error (R49).
ALIVE_DISPOSITIONS = {
    "01": "discharged home",
    "1": "discharged home",
    "07": "left against advice",
    "7": "left against advice",
}
# Table 0203 types that the older PID fields imply.
LEGACY_IDENTIFIERS: dict[int, str | None] = {2: None, 4: None, 18: "AN", 19: "SS"}
# Table 0003: events that take back what an earlier message said.
WITHDRAWALS = {
    "A11": "cancels an admission",
    "A13": "cancels a discharge",
    "A23": "deletes a patient record",
    "A27": "cancels a pending admission",
    "A29": "deletes a person",
}
