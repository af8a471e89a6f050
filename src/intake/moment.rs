//! The time of day behind a date. It is dropped, unless its time zone moves the date to another day in Viet Nam.

use crate::error::Phrase;
use chrono::NaiveDate;

const HOUR: i64 = 3_600_000_000;
/// 13 June 1975, when the south moved its clocks from 8 to 7 hours ahead of UTC.
const SINCE_1975: i64 = 171_820_800_000_000;
const EXPECTED: Phrase = Phrase::DateWithZone;

/// Converts moments with a time zone, in microseconds, to the time of Viet Nam: 7 hours ahead of UTC, and 8 in the south from 1960 to 12
/// June 1975. Thus a midnight from before stays on its day too.
pub(super) fn in_viet_nam(micros: i64) -> i64 {
    micros.saturating_add(if micros < SINCE_1975 { 8 } else { 7 } * HOUR)
}

/// A time of day in minutes, and how many minutes its zone is ahead of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    minutes: i64,
    pub ahead: Option<i64>,
}

impl Time {
    /// The day in Viet Nam at this time on a day.
    pub fn day(self, day: NaiveDate) -> Option<NaiveDate> {
        let Some(ahead) = self.ahead else { return Some(day) };
        let minutes = i64::from(day.to_epoch_days()) * 24 * 60 + self.minutes - ahead;
        let days = in_viet_nam(minutes * (HOUR / 60)).div_euclid(24 * HOUR);
        NaiveDate::from_epoch_days(i32::try_from(days).ok()?)
    }
}

/// Splits a time of day from the text before it.
pub(super) fn split_time(text: &str) -> Result<(&str, Option<Time>), Phrase> {
    let Some(colon) = text.find(':') else { return Ok((text, None)) };
    // ISO has a T ("2014-03-05T10:00"), everything else a space.
    let Some(end) = text[..colon].rfind([' ', 'T', 't']) else { return Ok((text, None)) };
    let time = time(text[end + 1..].trim()).ok_or(EXPECTED)?;
    Ok((text[..end].trim_end_matches([' ', ',']), Some(time)))
}

fn number(text: &str, digits: std::ops::RangeInclusive<usize>, most: i64) -> Option<i64> {
    let plain = digits.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|n| plain && *n <= most)
}

/// "10:30", "10:30:15.123", "5:00:00 PM", each with or without a zone.
fn time(text: &str) -> Option<Time> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.' | ',')).unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let parts: Vec<&str> = clock.split(':').collect();
    let (hours, minutes) = (number(parts[0], 1..=2, 24)?, number(parts.get(1)?, 2..=2, 59)?);
    if let Some(seconds) = parts.get(2) {
        number(seconds.split(['.', ',']).next()?, 2..=2, 60)?;
    }
    if parts.len() > 3 {
        return None;
    }
    let (half, rest) = half_day(rest.trim());
    let hours = match half {
        Some(true) if hours < 12 => hours + 12,
        Some(false) if hours == 12 => 0,
        _ => hours,
    };
    let ahead = if rest.is_empty() { None } else { Some(zone(rest)?) };
    Some(Time { minutes: hours * 60 + minutes, ahead })
}

/// True for PM, false for AM (CH and SA in Vietnamese), and the rest of the text.
fn half_day(text: &str) -> (Option<bool>, &str) {
    let word: String = text.chars().take(2).collect::<String>().to_ascii_uppercase();
    let alone = text.chars().nth(2).is_none_or(|c| !c.is_alphabetic());
    match word.as_str() {
        "PM" | "CH" if alone => (Some(true), text[2..].trim()),
        "AM" | "SA" if alone => (Some(false), text[2..].trim()),
        _ => (None, text),
    }
}

/// The minutes that a zone is ahead of UTC: "Z", "UTC", "+07:00", "GMT+7", "+0700 ICT".
fn zone(text: &str) -> Option<i64> {
    let upper = text.to_ascii_uppercase();
    let after = ["UTC", "GMT", "Z"].iter().find_map(|name| upper.strip_prefix(name));
    let rest = after.unwrap_or(&upper).trim();
    if rest.is_empty() {
        return after.map(|_| 0);
    }
    let sign = match rest.chars().next()? {
        '+' => 1,
        '-' | '−' => -1,
        _ => return None,
    };
    let rest = rest.trim_start_matches(['+', '-', '−']);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(rest.len());
    // Some programs repeat the zone's name behind the offset.
    let (offset, name) = rest.split_at(end);
    if name.chars().any(|c| !c.is_alphanumeric() && !matches!(c, '[' | ']' | '(' | ')' | '/' | '_' | ' ' | '+' | '-')) {
        return None;
    }
    let (hours, minutes) = match offset.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if offset.len() == 4 => offset.split_at(2),
        None => (offset, "00"),
    };
    Some(sign * (number(hours, 1..=2, 14)? * 60 + number(minutes, 2..=2, 59)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_in_viet_nam() {
        // 17:00 UTC is midnight of the next day in Viet Nam, 16:59 the minute before.
        for (text, day) in [
            ("2022-12-31T17:00:00.000Z", "2023-01-01"),
            ("2022-12-31T16:59:59Z", "2022-12-31"),
            ("2022-12-31 17:00:00+00", "2023-01-01"),
            ("2022-12-31 17:00:00+00:00", "2023-01-01"),
            ("2022-12-31 17:00:00 UTC", "2023-01-01"),
            ("2022-12-31 17:00:00 +0000 UTC", "2023-01-01"),
            ("2022-12-31T23:30:00+07:00", "2022-12-31"),
            ("2022-12-31 23:30 GMT+7", "2022-12-31"),
            ("2023-01-01T00:30:00+07:00[Asia/Ho_Chi_Minh]", "2023-01-01"),
            ("2022-12-31T12:00:00-05:00", "2023-01-01"),
            ("2022-12-31 05:00:00 PM Z", "2023-01-01"),
            ("2023-01-01T01:00:00+09:00", "2022-12-31"),
            // The south was 8 hours ahead until June 1975.
            ("1970-04-30T16:00:00Z", "1970-05-01"),
            // Without a zone it is local time.
            ("2022-12-31 23:59", "2022-12-31"),
            ("2022-12-31", "2022-12-31"),
        ] {
            let (date, time) = split_time(text).unwrap();
            let date: NaiveDate = date.parse().unwrap();
            let found = time.map_or(Some(date), |time| time.day(date));
            assert_eq!(found, day.parse().ok(), "{text}");
        }
        for text in ["2022-12-31 17:00 EST", "2022-12-31 17:00-", "2022-12-31 10:30 - 11:00", "2022-12-31 25:00", "2022-12-31 10:7"] {
            assert_eq!(split_time(text), Err(EXPECTED), "{text}");
        }
    }
}
