//! A case of abuse.

/// The facts that all records of a case share.
pub(super) struct Case {
    pub(super) number: usize,
    pub(super) commune: usize,
    pub(super) received: i32,
    pub(super) in_year: bool,
    pub(super) incident: i32,
    pub(super) incident_known: bool,
    /// True if any victim is a confirmed child, undecided if one may be.
    pub(super) of_child: Option<bool>,
}
