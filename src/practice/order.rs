//! In which order pending work is done.

use chrono::{DateTime, Utc};

use crate::domain::booking::BookingUpdate;
use crate::domain::id::BookingId;

/// Bookings: the one whose patient has waited longest first; of one time, by id.
pub(super) fn order_bookings(bookings: &mut [(DateTime<Utc>, BookingId)]) {
    bookings.sort_unstable();
}

/// Updates: by request id, which is sequential, so that a later wish comes after an earlier one.
pub(super) fn order_updates(updates: &mut [BookingUpdate]) {
    updates.sort_by_key(|update| update.request);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::booking::BookingStatus;
    use crate::domain::id::RequestId;

    #[test]
    fn the_booking_that_waited_longest_comes_first() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let id = BookingId::new;
        let mut bookings = [(at(20), id(1)), (at(10), id(9)), (at(10), id(3))];
        order_bookings(&mut bookings);
        assert_eq!(bookings.map(|(_, id)| id.number()), [3, 9, 1]);
    }

    #[test]
    fn updates_come_by_request_id() {
        let update = |request| BookingUpdate {
            request: RequestId::new(request),
            booking: BookingId::new(1),
            appointments: Vec::new(),
            pms_patient: None,
            updated_at: None,
            status: BookingStatus::Cancelled,
        };
        let mut updates = [update(12), update(3), update(7)];
        order_updates(&mut updates);
        assert_eq!(updates.map(|update| update.request.number()), [3, 7, 12]);
    }
}
