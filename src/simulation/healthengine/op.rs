//! Healthengine's operations.

/// The operations, to be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// `pollRequests`.
    Requests,
    /// The pending bookings.
    Bookings,
    /// The pending updates.
    Updates,
    /// The days that are wanted.
    AvailabilityRequests,
    /// `confirmBookingInsert`.
    ConfirmInsert,
    /// `rejectBookingInsert`.
    RejectInsert,
    /// `confirmBookingUpdate`.
    ConfirmUpdate,
    /// `rejectBookingUpdate`.
    RejectUpdate,
    /// `sendAvailabilitySnapshots`.
    Availability,
    /// `uploadPmsResources`.
    Resources,
    /// `uploadPmsAppointmentTypes`.
    Types,
    /// `uploadLivenessContract`.
    Contract,
    /// The bookings whose appointments may have changed.
    AppointmentChanges,
    /// `cancelBooking`.
    ReportCancelled,
    /// `didNotAttend`.
    ReportDidNotAttend,
    /// `noPmsAppointmentChange`.
    ReportNoChange,
    /// `getFeatures`.
    Features,
    /// `enableFeature`.
    EnableFeature,
    /// `disableFeature`.
    DisableFeature,
    /// The days of which a client snapshot is wanted.
    ClientSnapshotRequests,
    /// `sendClientSnapshot`.
    ClientSnapshot,
    /// The bookings whose documents are to be listed.
    DocumentListRequests,
    /// The documents that are to be uploaded.
    UploadRequests,
    /// The documents that patients handed in.
    AttachRequests,
    /// `getAttachDocument`.
    AttachDocument,
    /// `availableDocuments`.
    DocumentList,
    /// `uploadDocument`.
    Upload,
    /// `rejectUploadDocument`.
    RejectUpload,
    /// `confirmAttachDocument`.
    ConfirmAttach,
    /// `rejectAttachDocument`.
    RejectAttach,
}

impl Op {
    /// Whether it changes nothing at Healthengine.
    pub const fn reads(self) -> bool {
        match self {
            Self::Requests
            | Self::Bookings
            | Self::Updates
            | Self::AvailabilityRequests
            | Self::AppointmentChanges
            | Self::Features
            | Self::ClientSnapshotRequests
            | Self::DocumentListRequests
            | Self::UploadRequests
            | Self::AttachRequests
            | Self::AttachDocument => true,
            Self::ConfirmInsert
            | Self::RejectInsert
            | Self::ConfirmUpdate
            | Self::RejectUpdate
            | Self::Availability
            | Self::Resources
            | Self::Types
            | Self::Contract
            | Self::ReportCancelled
            | Self::ReportDidNotAttend
            | Self::ReportNoChange
            | Self::EnableFeature
            | Self::DisableFeature
            | Self::ClientSnapshot
            | Self::DocumentList
            | Self::Upload
            | Self::RejectUpload
            | Self::ConfirmAttach
            | Self::RejectAttach => false,
        }
    }

    /// The operation's name, as a gate writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requests => "Requests",
            Self::Bookings => "Bookings",
            Self::Updates => "Updates",
            Self::AvailabilityRequests => "AvailabilityRequests",
            Self::ConfirmInsert => "ConfirmInsert",
            Self::RejectInsert => "RejectInsert",
            Self::ConfirmUpdate => "ConfirmUpdate",
            Self::RejectUpdate => "RejectUpdate",
            Self::Availability => "Availability",
            Self::Resources => "Resources",
            Self::Types => "Types",
            Self::Contract => "Contract",
            Self::AppointmentChanges => "AppointmentChanges",
            Self::ReportCancelled => "ReportCancelled",
            Self::ReportDidNotAttend => "ReportDidNotAttend",
            Self::ReportNoChange => "ReportNoChange",
            Self::Features => "Features",
            Self::EnableFeature => "EnableFeature",
            Self::DisableFeature => "DisableFeature",
            Self::ClientSnapshotRequests => "ClientSnapshotRequests",
            Self::ClientSnapshot => "ClientSnapshot",
            Self::DocumentListRequests => "DocumentListRequests",
            Self::UploadRequests => "UploadRequests",
            Self::AttachRequests => "AttachRequests",
            Self::AttachDocument => "AttachDocument",
            Self::DocumentList => "DocumentList",
            Self::Upload => "Upload",
            Self::RejectUpload => "RejectUpload",
            Self::ConfirmAttach => "ConfirmAttach",
            Self::RejectAttach => "RejectAttach",
        }
    }
}
