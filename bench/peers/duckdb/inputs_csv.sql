-- The columns the scores need, typed as they are read; each file is read once.
CREATE VIEW employees AS SELECT * FROM read_csv(getvariable('folder') || '/employees.csv', columns = {
    employee_id: 'VARCHAR', name: 'VARCHAR', employment_type: 'VARCHAR', sex: 'VARCHAR', birth_date: 'DATE',
    unit_id: 'VARCHAR', unit_name: 'VARCHAR', sector: 'VARCHAR', position_id: 'VARCHAR', position_name: 'VARCHAR',
    position_group: 'VARCHAR', supervisor_id: 'VARCHAR', schedule_id: 'VARCHAR', start_date: 'DATE', end_date: 'DATE'});
CREATE VIEW schedules AS SELECT * FROM read_csv(getvariable('folder') || '/schedules.csv', columns = {
    schedule_id: 'VARCHAR', weekday: 'INTEGER', start_time: 'TIME', end_time: 'TIME', day_starts_at: 'TIME'});
CREATE VIEW calendar AS SELECT * FROM read_csv(getvariable('folder') || '/calendar.csv', columns = {
    date: 'DATE', kind: 'VARCHAR'});
CREATE VIEW attendance AS SELECT * FROM read_csv(getvariable('folder') || '/attendance.csv', columns = {
    employee_id: 'VARCHAR', moment: 'TIMESTAMP', direction: 'VARCHAR', device_id: 'VARCHAR'});
CREATE VIEW leave AS SELECT * FROM read_csv(getvariable('folder') || '/leave.csv', columns = {
    employee_id: 'VARCHAR', start_date: 'DATE', end_date: 'DATE', kind: 'VARCHAR', document_no: 'VARCHAR'});
-- A deadline written as a date alone is the end of that day.
CREATE VIEW service_requests AS SELECT * REPLACE (CASE WHEN length(due_at) = 10
    THEN due_at::TIMESTAMP + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND ELSE due_at::TIMESTAMP END AS due_at)
    FROM read_csv(getvariable('folder') || '/service_requests.csv', columns = {
    request_id: 'VARCHAR', employee_id: 'VARCHAR', unit_id: 'VARCHAR', kind: 'VARCHAR', service_type: 'VARCHAR',
    complaint_class: 'VARCHAR', submitted_at: 'TIMESTAMP', complete_at: 'TIMESTAMP', first_response_at: 'TIMESTAMP',
    closed_at: 'TIMESTAMP', due_at: 'VARCHAR', paused_hours: 'DOUBLE', reopened_count: 'INTEGER',
    status: 'VARCHAR'});
CREATE VIEW service_standards AS SELECT * FROM read_csv(getvariable('folder') || '/service_standards.csv', columns = {
    service_type: 'VARCHAR', limit_hours: 'DOUBLE'});
CREATE VIEW survey_responses AS SELECT * FROM read_csv(getvariable('folder') || '/survey_responses.csv', columns = {
    response_id: 'VARCHAR', submitted_at: 'TIMESTAMP', unit_id: 'VARCHAR', employee_id: 'VARCHAR',
    audience: 'VARCHAR', u1: 'DOUBLE', u2: 'DOUBLE', u3: 'DOUBLE', u4: 'DOUBLE', u5: 'DOUBLE', u6: 'DOUBLE',
    u7: 'DOUBLE', u8: 'DOUBLE', u9: 'DOUBLE'});
CREATE VIEW objectives AS SELECT * FROM read_csv(getvariable('folder') || '/objectives.csv', columns = {
    objective_id: 'VARCHAR', employee_id: 'VARCHAR', parent_objective_id: 'VARCHAR', description: 'VARCHAR',
    kind: 'VARCHAR', aspect: 'VARCHAR', target: 'DOUBLE', weight: 'DOUBLE', direction: 'VARCHAR',
    start_date: 'DATE', due_date: 'DATE'});
CREATE VIEW progress AS SELECT * FROM read_csv(getvariable('folder') || '/progress.csv', columns = {
    objective_id: 'VARCHAR', employee_id: 'VARCHAR', due_at: 'TIMESTAMP', reported_at: 'TIMESTAMP',
    realised: 'DOUBLE', obstacle_category: 'VARCHAR', obstacle_note: 'VARCHAR', evidence_ref: 'VARCHAR'});
CREATE VIEW ratings AS SELECT * FROM read_csv(getvariable('folder') || '/ratings.csv', columns = {
    rater_id: 'VARCHAR', employee_id: 'VARCHAR', rater_role: 'VARCHAR', instrument: 'VARCHAR', item: 'VARCHAR',
    level: 'DOUBLE', level_max: 'DOUBLE', submitted_at: 'TIMESTAMP'});
