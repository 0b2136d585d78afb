"""What methods and functions of other expression languages are called in FEEL.

`#0` is the object of a method or the first argument of a function, `#1` the next argument.
"""

_LENGTH = "if #0 instance of list<Any> then count(#0) else string length(#0)"
EMPTY = '#0 = null or string(#0) in ("", "[]", "{}")'
_CONTAINS = "if #0 instance of list<Any> then list contains(#0, #1) else contains(#0, #1)"

METHODS: dict[tuple[str, int], str] = {
    ("equals", 1): "#0 = #1",
    ("equalsIgnoreCase", 1): "lower case(#0) = lower case(#1)",
    ("contains", 1): _CONTAINS,
    ("includes", 1): _CONTAINS,
    ("startsWith", 1): "starts with(#0, #1)",
    ("startswith", 1): "starts with(#0, #1)",
    ("endsWith", 1): "ends with(#0, #1)",
    ("endswith", 1): "ends with(#0, #1)",
    ("toLowerCase", 0): "lower case(#0)",
    ("lower", 0): "lower case(#0)",
    ("toUpperCase", 0): "upper case(#0)",
    ("upper", 0): "upper case(#0)",
    ("toString", 0): "string(#0)",
    ("length", 0): _LENGTH,
    ("size", 0): _LENGTH,
    ("isEmpty", 0): EMPTY,
    ("get", 1): "",  # an entry: said as a path
    ("prop", 1): "",
    ("value", 0): "#0",
    ("stringValue", 0): "#0",
    ("numberValue", 0): "#0",
    ("boolValue", 0): "#0",
    ("booleanValue", 0): "#0",
    ("intValue", 0): "#0",
    ("longValue", 0): "#0",
    ("doubleValue", 0): "#0",
}

FUNCTIONS: dict[tuple[str, int], str] = {
    ("len", 1): _LENGTH,
    ("not", 1): "not(#0)",
    ("str", 1): "string(#0)",
    ("string", 1): "string(#0)",
    ("number", 1): "number(#0)",
    ("int", 1): "number(#0)",
    ("float", 1): "number(#0)",
    ("count", 1): "count(#0)",
    ("contains", 2): "contains(#0, #1)",
    ("starts-with", 2): "starts with(#0, #1)",
    ("true", 0): "true",
    ("false", 0): "false",
    ("S", 1): "#0",
    ("JSON", 1): "#0",
    ("fn:length", 1): _LENGTH,
    ("fn:contains", 2): _CONTAINS,
    ("fn:toLowerCase", 1): "lower case(#0)",
    ("fn:toUpperCase", 1): "upper case(#0)",
    ("variables:equals", 2): "#0 = #1",
    ("variables:eq", 2): "#0 = #1",
    ("variables:notEquals", 2): "#0 != #1",
    ("variables:ne", 2): "#0 != #1",
    ("variables:isEmpty", 1): EMPTY,
    ("variables:empty", 1): EMPTY,
    ("variables:lowerThan", 2): "#0 < #1",
    ("variables:lt", 2): "#0 < #1",
    ("variables:lessThanOrEquals", 2): "#0 <= #1",
    ("variables:lte", 2): "#0 <= #1",
    ("variables:greaterThan", 2): "#0 > #1",
    ("variables:gt", 2): "#0 > #1",
    ("variables:greaterThanOrEquals", 2): "#0 >= #1",
    ("variables:gte", 2): "#0 >= #1",
}

VARIABLE_READERS = frozenset(
    {
        "getVariable",
        "getVariableLocal",
        "get",
        "getDataObject",
        "getDataInput",
        "getProcessVariable",
    }
)
VARIABLE_TESTS = frozenset({"hasVariable", "hasVariableLocal", "containsKey", "exists"})
