-- The same from Parquet: instants become wall-clock time of Jakarta (UTC+7, never another), digits become numbers.
CREATE MACRO wall_clock(instant) AS make_timestamp(epoch_us(instant) + 25200000000);
CREATE VIEW employees AS FROM read_parquet(getvariable('folder') || '/employees.parquet');
CREATE VIEW schedules AS SELECT schedule_id, weekday::INTEGER AS weekday, start_time::TIME AS start_time,
    end_time::TIME AS end_time, day_starts_at::TIME AS day_starts_at
    FROM read_parquet(getvariable('folder') || '/schedules.parquet');
CREATE VIEW calendar AS FROM read_parquet(getvariable('folder') || '/calendar.parquet');
CREATE VIEW attendance AS SELECT employee_id, wall_clock("timestamp") AS moment, direction
    FROM read_parquet(getvariable('folder') || '/attendance.parquet');
CREATE VIEW leave AS FROM read_parquet(getvariable('folder') || '/leave.parquet');
CREATE VIEW service_requests AS SELECT employee_id, kind, service_type, complaint_class, status,
    wall_clock(submitted_at) AS submitted_at, wall_clock(complete_at) AS complete_at,
    wall_clock(closed_at) AS closed_at, wall_clock(due_at) AS due_at, paused_hours::DOUBLE AS paused_hours
    FROM read_parquet(getvariable('folder') || '/service_requests.parquet');
CREATE VIEW service_standards AS SELECT service_type, limit_hours::DOUBLE AS limit_hours
    FROM read_parquet(getvariable('folder') || '/service_standards.parquet');
CREATE VIEW survey_responses AS SELECT employee_id, unit_id, audience, wall_clock(submitted_at) AS submitted_at,
    u1::DOUBLE AS u1, u2::DOUBLE AS u2, u3::DOUBLE AS u3, u4::DOUBLE AS u4, u5::DOUBLE AS u5, u6::DOUBLE AS u6,
    u7::DOUBLE AS u7, u8::DOUBLE AS u8, u9::DOUBLE AS u9
    FROM read_parquet(getvariable('folder') || '/survey_responses.parquet');
CREATE VIEW objectives AS SELECT objective_id, employee_id, target::DOUBLE AS target, weight::DOUBLE AS weight,
    direction, start_date, due_date
    FROM read_parquet(getvariable('folder') || '/objectives.parquet');
CREATE VIEW progress AS SELECT objective_id, employee_id, wall_clock(due_at) AS due_at,
    wall_clock(reported_at) AS reported_at, realised::DOUBLE AS realised
    FROM read_parquet(getvariable('folder') || '/progress.parquet');
CREATE VIEW ratings AS SELECT rater_id, employee_id, rater_role, instrument, item, level::DOUBLE AS level,
    level_max::DOUBLE AS level_max, wall_clock(submitted_at) AS submitted_at
    FROM read_parquet(getvariable('folder') || '/ratings.parquet');
