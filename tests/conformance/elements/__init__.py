"""Every executable element of BPMN 2.0, each proved by a diagram whose element under test is called x."""
