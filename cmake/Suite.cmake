# The suite's own CMake words: ip_library, ip_binary, ip_test, ip_proto_library.
include(GoogleTest)

option(IP_WERROR "Treat warnings as errors" OFF)

add_library(ip_warnings INTERFACE)
target_compile_options(ip_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                             # g++ 12 sees -Wrestrict in std::string + where there is none (GCC 105651).
                                             $<$<BOOL:${IP_WERROR}>:-Werror>
                                             $<$<BOOL:${IP_WERROR}>:-Wno-error=restrict>)

# ip_library(NAME SRCS a.cc b.cc DEPS x y): a static library (INTERFACE when it has no sources).
function(ip_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(${name} STATIC ${ARG_SRCS})
    set_target_properties(${name} PROPERTIES OUTPUT_NAME ip_${name}) # libcrypto.a is OpenSSL's
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE ip_warnings)
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# ip_binary(NAME SRCS main.cc DEPS x y): an executable in build/<preset>/bin.
function(ip_binary name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} ip_warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# Preset tsan: Debian's libraries are built without it, and of the locks in them only Abseil's guard
# what is ours.
option(IP_TSAN "Build tests for ThreadSanitizer (preset tsan)" OFF)
add_custom_target(tsan_tests)
if(IP_TSAN)
  add_library(tsan_absl OBJECT ${CMAKE_SOURCE_DIR}/lib/testing/tsan_absl.cc)
  target_link_libraries(tsan_absl PUBLIC absl::synchronization)
  foreach(symbol 5Mutex4LockEv 5Mutex6UnlockEv 5Mutex5AwaitERKNS0_9ConditionE
                 5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE 7CondVar4WaitEPNS0_5MutexE
                 7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE 12Notification6NotifyEv)
    target_link_options(tsan_absl PUBLIC LINKER:--wrap=_ZN4absl7debian3${symbol})
  endforeach()
  target_link_options(tsan_absl PUBLIC
                      LINKER:--wrap=_ZNK4absl7debian312Notification19WaitForNotificationEv)
endif()

# ip_test(NAME LABEL unit|integration SRCS a_test.cc DEPS x y): one ctest entry per binary. TSAN: its
# threads share something, and it does without gRPC, so that preset tsan can watch it.
function(ip_test name)
  cmake_parse_arguments(ARG "TSAN" "LABEL" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main ip_warnings)
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 300)
  if(ARG_TSAN)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL};tsan")
    add_dependencies(tsan_tests ${name})
    if(IP_TSAN)
      target_link_libraries(${name} PRIVATE tsan_absl)
    endif()
  endif()
endfunction()

# ip_proto_library(NAME ROOT dir PROTOS a.proto DEPS x GRPC a.proto): generated code under
# <build>/gen, never in the source tree; warnings in it are not ours. GRPC names the protos whose
# services are called from C++; servers need no stubs.
function(ip_proto_library name)
  cmake_parse_arguments(ARG "" "ROOT" "PROTOS;DEPS;GRPC" ${ARGN})
  set(gen ${CMAKE_BINARY_DIR}/gen)
  set(sources)
  set(keep)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" base ${proto})
    set(outputs ${gen}/${base}.pb.cc ${gen}/${base}.pb.h)
    set(grpc_args)
    if(proto IN_LIST ARG_GRPC)
      list(APPEND outputs ${gen}/${base}.grpc.pb.cc ${gen}/${base}.grpc.pb.h)
      set(grpc_args --grpc_out=${gen} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(
      OUTPUT ${outputs}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${gen}
      COMMAND $<TARGET_FILE:protobuf::protoc> -I ${CMAKE_SOURCE_DIR}/protos -I ${CMAKE_SOURCE_DIR}/third_party
              -I ${ARG_ROOT}
              --cpp_out=${gen} ${grpc_args} ${proto}
      DEPENDS ${ARG_ROOT}/${proto}
      VERBATIM)
    list(APPEND sources ${outputs})
    if(proto MATCHES "_service\\.proto$")
      # No code refers to a proto that holds a service alone, but the router needs its descriptor.
      string(REPLACE "_" "_5f" symbol ${proto})
      string(REPLACE "/" "_2f" symbol ${symbol})
      string(REPLACE "." "_2e" symbol ${symbol})
      list(APPEND keep "LINKER:-u,descriptor_table_${symbol}")
    endif()
  endforeach()
  add_library(${name} STATIC ${sources})
  target_link_options(${name} INTERFACE ${keep})
  target_include_directories(${name} SYSTEM PUBLIC ${gen})
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${ARG_DEPS} $<$<BOOL:"${ARG_GRPC}">:gRPC::grpc++>)
endfunction()
