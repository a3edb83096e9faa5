# cmake -DIN=a;b -DOUT=x.cc -P embed.cmake: the files as bytes in the program, so that the set of texts
# is closed and nothing is missing where the program runs.
set(code "#include \"notification-service/mail/embedded.h\"\n\nnamespace ip::notification {\n\n")
string(APPEND code "std::string_view Embedded(std::string_view name) {\n")
foreach(file ${IN})
  get_filename_component(name ${file} NAME)
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" size)
  math(EXPR size "${size} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${hex}")
  string(APPEND code "  if (name == \"${name}\") return {\"${bytes}\", ${size}};\n")
endforeach()
string(APPEND code "  return {};\n}\n\n}  // namespace ip::notification\n")
file(WRITE ${OUT} "${code}")
