"""Run procedures and record what happened; knows BPMN, time and the database, not the web."""
